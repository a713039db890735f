import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FormatId } from '../core/formats/format';
import type { Result } from '../core/result';
import { openSource, type Source, type SourceChoice } from './openSource';

const folder = mkdtempSync(path.join(tmpdir(), 'cfprm-open-'));
after(() => rmSync(folder, { recursive: true }));

const row = '{"prompt":"p","completions":["a"],"labels":[true]}';
const mapping = { steps: 'parts', problem: 'q' };

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

function sourceOf(result: Result<Source>): Source {
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.value;
}

async function faultOf(file: string, choice?: SourceChoice): Promise<string> {
  const result = await openSource(file, choice);
  assert.ok(!result.ok);
  return result.fault.message;
}

describe('opening a file', () => {
  it('finds the container and the format', async () => {
    for (const [name, content, container] of [
      ['plain.jsonl', `${row}\n${row}\n`, 'lines'],
      ['bom.jsonl', `\uFEFF\r\n${row}\r\n\r\n${row}\r\n`, 'lines'],
      ['one.jsonl', row, 'lines'],
      ['array.json', `[${row},${row}]`, 'array'],
      ['pretty.json', `\uFEFF \r\n${JSON.stringify([JSON.parse(row)], null, 2)}\r\n`, 'array'],
    ] as const) {
      const file = write(name, content);
      const source = sourceOf(await openSource(file));
      const rows =
        name === 'one.jsonl' || name === 'pretty.json'
          ? '1 of 1 sampled row has'
          : '2 of 2 sampled rows have';
      const why = `${rows} prompt, completions and labels`;
      assert.deepEqual(
        [source.path, source.bytes, source.container, source.format.id, source.why],
        [file, Buffer.byteLength(content), container, 'trl', why],
      );
    }
  });

  it('names text that is not UTF-8, and says how to convert it', async () => {
    const text = `${row}\n${row}\n`;
    const bigEndian = (little: Buffer): Buffer => Buffer.from(little).swap16();
    const wide = Buffer.concat([...text].map((char) => Buffer.from([char.charCodeAt(0), 0, 0, 0])));
    for (const [name, bytes, encoding] of [
      ['utf16.jsonl', Buffer.from(`\ufeff${text}`, 'utf16le'), 'UTF-16'],
      ['utf16be.jsonl', bigEndian(Buffer.from(`\ufeff${text}`, 'utf16le')), 'UTF-16'],
      ['bare.jsonl', Buffer.from(text, 'utf16le'), 'UTF-16LE'],
      ['barebe.jsonl', bigEndian(Buffer.from(text, 'utf16le')), 'UTF-16BE'],
      ['utf32.jsonl', Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), wide]), 'UTF-32'],
      ['bare32.jsonl', wide, 'UTF-32LE'],
    ] as const) {
      const message = await faultOf(write(name, bytes));
      assert.ok(
        message.includes(`${name} is text in ${encoding}. Save it as UTF-8: "iconv -f ${encoding} -t UTF-8`),
      );
      const packed = await faultOf(write(`${name}.gz`, gzipSync(bytes)));
      assert.ok(packed.includes(`holds content that is text in ${encoding}. Save it as UTF-8`));
    }
  });

  it('looks past rows that cannot be read', async () => {
    const file = write('some.jsonl', `nope\n[]\n${row}\n{"prompt":\n`);
    assert.equal(sourceOf(await openSource(file)).format.id, 'trl');
  });

  it('looks in the middle of a large file, too', async () => {
    const file = write('header.jsonl', `${'{"meta":1}\n'.repeat(100)}${`${row}\n`.repeat(20_000)}`);
    const { format, why } = sourceOf(await openSource(file));
    assert.equal(format.id, 'trl');
    assert.match(why, /^16 of 64 /);
  });

  it('reads a first row that is longer than any sample', async () => {
    const long = JSON.stringify({ prompt: 'p', completions: ['x'.repeat(9_000_000)], labels: [true] });
    assert.equal(sourceOf(await openSource(write('long.jsonl', `${long}\n${row}`))).format.id, 'trl');
  });

  it('does what the user chose', async () => {
    const file = write('chosen.jsonl', row);
    const chosen = sourceOf(await openSource(file, { format: 'processbench' }));
    assert.deepEqual([chosen.format.id, chosen.why], ['processbench', 'the format that you chose']);
    const mapped = sourceOf(await openSource(file, { format: 'generic', mapping }));
    assert.deepEqual([mapped.format.id, mapped.why], ['generic', 'read by your field mapping']);
    assert.equal(
      sourceOf(await openSource(file, { mapping })).format.id,
      'trl',
      'a known format comes first',
    );
    const other = write('other.jsonl', '{"q":"p","parts":["a"]}');
    const { format, why } = sourceOf(await openSource(other, { mapping }));
    assert.deepEqual([format.id, why], ['generic', 'no known format fits; read by your field mapping']);
  });

  it('says what was wrong with a choice, and what can be chosen', async () => {
    const file = write('choice.jsonl', row);
    assert.match(await faultOf(file, { format: 'generic' }), /needs a field mapping\. Give one, or choose/);
    const message = await faultOf(file, { format: 'xml' as FormatId });
    assert.match(message, /no format "xml"\. Choose one of prm800k, .*trl, generic\.$/);
  });
});

describe('a file that cannot be opened', () => {
  const cases: [what: string, make: () => string, words: RegExp][] = [
    ['is missing', () => path.join(folder, 'none.jsonl'), /does not exist\. Check the path/],
    ['lies in a file', () => path.join(write('a.jsonl', row), 'b.jsonl'), /does not exist\. Check the path/],
    ['is a directory', () => folder, /is a directory\. Name a file in it/],
    ['is empty', () => write('empty.jsonl', ''), /is empty: it has no rows\. Choose another file/],
    ['is blank', () => write('blank.jsonl', '\uFEFF\r\n \t\n\n'), /is empty: it has no rows/],
    ['is an empty array', () => write('none.json', ' [ ] '), /is empty: it has no rows/],
    ['has no row that is JSON', () => write('csv.jsonl', '\na,b\n1,2\n'), /no readable row\. Row 2: .*'a'/],
    ['has no row that is an object', () => write('list.json', '[[1],[2]]'), /Row 1: .*must be one object/],
    ['is a truncated array', () => write('cut.json', '[{"prompt":"p'), /Row 1: ends inside a string/],
    ['is only a bracket', () => write('bracket.json', '['), /Row 1: The JSON array is not closed/],
    [
      'is no UTF-8',
      () => write('latin.jsonl', Buffer.from('{"a":"\xe9"}', 'latin1')),
      /Row 1: .*Convert the file/,
    ],
    ['has an unknown format', () => write('odd.jsonl', '{"x":1}'), /No known format fits.*Choose the format/],
  ];
  for (const [what, make, words] of cases) {
    it(`${what}: the fault names it and the way out`, async () => {
      const file = make();
      const message = await faultOf(file);
      assert.ok(message.startsWith(file), message);
      assert.match(message, words);
    });
  }

  it('carries row and column of what is wrong', async () => {
    const result = await openSource(write('column.jsonl', '\n{"é": x}'));
    assert.ok(!result.ok);
    assert.deepEqual([result.fault.row, result.fault.column], [2, 7]);
  });

  if (process.platform !== 'win32') {
    it('is a pipe: it does not wait for a writer', async () => {
      const pipe = path.join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      assert.match(await faultOf(pipe), /pipe is not a regular file\. Copy its content to one first\.$/);
    });

    it('may not be read: the fault says who can help', async () => {
      const secret = path.join(folder, 'secret');
      mkdirSync(secret);
      const inside = path.join(secret, 'rows.jsonl');
      writeFileSync(inside, row);
      const file = write('private.jsonl', row);
      chmodSync(folder, 0o755);
      chmodSync(file, 0);
      chmodSync(secret, 0);
      for (const name of [file, inside]) {
        const message = await asNobody(() => faultOf(name));
        assert.equal(
          message,
          `${name} cannot be read: permission denied. Ask its owner for read permission.`,
        );
      }
      chmodSync(secret, 0o755);
    });
  }
});

/** Runs without root's right to read everything. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
