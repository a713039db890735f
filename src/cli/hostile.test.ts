import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../test/support/cli';
import { modelFolder } from '../../test/support/models';
import { printed } from '../../test/support/terminal';
import { bon } from './bon';
import { convert } from './convert';
import { features } from './features';
import { grade } from './grade';
import { inspect } from './inspect';
import { merge } from './merge';
import type { Terminal } from './terminal';
import { validate } from './validate';

const FIXTURES = join(__dirname, '../../test/fixtures');

/** Writes the clipboard, sets the title, colours (seven bits and C1), clears, overwrites the line, turns text round. */
const HOSTILE =
  '\u001b]52;c;QQ==\u0007\u001b]0;t\u001b\\\u001b[31m\u009b32m\u001b[2J\u0085\r\b\u007f\u202e\u2066\u200f';
const COMMANDING = /[^\P{Cc}\n]|\p{Bidi_Control}/u;

/** A value with the hostile text in every text, and in a key. */
function poisoned(value: unknown): unknown {
  if (typeof value === 'string') return `${value}${HOSTILE}`;
  if (Array.isArray(value)) return value.map(poisoned);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, poisoned(member)]);
  return { ...Object.fromEntries(entries), [`k${HOSTILE}`]: HOSTILE };
}

/** Rows of every kind, each with hostile texts, and broken in hostile ways. */
function poisonedRows(fixture: string): string {
  const text = readFileSync(join(FIXTURES, fixture), 'utf8');
  const rows: unknown[] = fixture.endsWith('.json')
    ? [JSON.parse(text)].flat()
    : text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
  const key = JSON.stringify(`k${HOSTILE}`);
  return [
    ...rows.map((row) => JSON.stringify(row)),
    ...rows.map((row) => JSON.stringify(poisoned(row))),
    `{${HOSTILE}`,
    `{${key}:1,${key}:2}`,
    `{"prompt":${HOSTILE}}`,
    '',
  ].join('\n');
}

describe('whatever a command prints', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-hostile-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  let outputs = 0;
  const target = (): string => join(folder, `out-${++outputs}-${HOSTILE}`);
  type Command = (terminal: Terminal) => Promise<number>;
  /** Every command that reads a file, as words or as JSON. */
  const readers = (file: string, json: boolean): Command[] => [
    (terminal) => inspect(file, { json }, terminal),
    (terminal) => validate(file, { json, equations: true, against: [file] }, terminal),
    (terminal) => bon(file, { json }, terminal),
    (terminal) => grade(file, { json }, terminal),
  ];
  /** Every command that writes one. */
  const writers = (file: string, json: boolean): Command[] => [
    (terminal) => convert(file, { json, to: 'trl', out: target() }, terminal),
    (terminal) => merge(file, { json, out: target() }, terminal),
    (terminal) => features(file, { json, out: target() }, terminal),
  ];

  const fixtures = readdirSync(FIXTURES).filter((name) => /\.jsonl?$/u.test(name));
  for (const [index, fixture] of fixtures.entries()) {
    it(`holds no control character and no mark of direction: ${fixture}`, async () => {
      const file = join(folder, `${fixture}-${HOSTILE}`);
      writeFileSync(file, poisonedRows(fixture));
      for (const json of [false, true]) {
        // Writing takes time: some of the fixtures do for each kind of output.
        const writes = index % 10 === (json ? 0 : 5);
        const commands = [...readers(file, json), ...(writes ? writers(file, json) : [])];
        for (const command of commands) {
          const { out, err } = await printed(command);
          assert.doesNotMatch(out + err, COMMANDING);
          if (json && out !== '') JSON.parse(out);
        }
      }
    });
  }

  it('holds none where pairs are graded, and JSON gives the answers back as they were', async () => {
    const file = join(folder, `pairs-${HOSTILE}`);
    const pair = { gold: `${HOSTILE}1`, pred: `2${HOSTILE}` };
    writeFileSync(file, `${JSON.stringify(pair)}\n`);
    const words = await printed((terminal) => grade(file, {}, terminal));
    assert.doesNotMatch(words.out, COMMANDING);
    assert.match(words.out, /row 1: ␛\]52;c;QQ==␇/u);
    const { out } = await printed((terminal) => grade(file, { json: true }, terminal));
    assert.doesNotMatch(out, COMMANDING);
    const { file: name, rows } = JSON.parse(out);
    assert.deepEqual([name, rows[0].gold, rows[0].pred], [file, pair.gold, pair.pred]);
  });

  it('holds none where the program itself is started with hostile words', async () => {
    const file = join(folder, `data-${HOSTILE}`);
    writeFileSync(file, poisonedRows('trl.jsonl'));
    const model = modelFolder('cfprm', { name: `model${HOSTILE}` });
    const flags = ['--model', model, '--out', target(), '--provider', 'cpu', '--threads', '1'];
    for (const args of [
      ['score', file, ...flags],
      ['score', file, ...flags, '--force', '--json'],
      ['inspect', join(folder, `none-${HOSTILE}`)],
      ['inspect', file, file],
      ['inspect', `--${HOSTILE}`],
      [HOSTILE],
      ['convert', file, '--to', HOSTILE, '--out', target()],
      ['bon', file, '--n', HOSTILE],
      ['train', HOSTILE, '--model', HOSTILE],
      ['runs', 'show', HOSTILE],
      ['runs', 'attach', HOSTILE, '--profile', HOSTILE],
    ]) {
      const { out, err } = await runCli(args);
      assert.ok(out + err !== '');
      assert.doesNotMatch(out + err, COMMANDING, args[0]);
    }
  });

  it('goes through the terminal, which shows it as text', () => {
    const sources = readdirSync(__dirname).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    assert.ok(sources.includes('main.ts'));
    for (const name of sources.filter((other) => other !== 'terminal.ts')) {
      const text = readFileSync(join(__dirname, name), 'utf8').replace(
        /process\.std(?:out|err)\.on\('error'/g,
        '',
      );
      assert.doesNotMatch(text, /process\.(?:stdout|stderr)|console\./u, name);
    }
  });
});
