import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_DEPTH, RowScanner } from './scan';

const scanner = new RowScanner();

function scan(text: string): string | undefined {
  const bytes = Buffer.from(text);
  return scanner.scan(bytes, 0, bytes.length)?.message;
}

/** A spelling of a value with white space, escapes and number forms chosen by `pick`. */
function spell(value: unknown, pick: () => number): string {
  const gap = ['', '', '', ' ', '\n\t', '\r\n '][pick() % 6]!;
  if (Array.isArray(value)) return `[${gap}${value.map((item) => spell(item, pick)).join(`${gap},`)}${gap}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([k, v]) => `${spell(k, pick)}${gap}:${gap}${spell(v, pick)}`);
    return `{${gap}${members.join(`,${gap}`)}${gap}}`;
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[a-z](?=[a-z"])/g, (c, at: number, all: string) =>
    all[at - 1] !== '\\' && !/\\u[0-9a-f]{0,3}$/.test(all.slice(0, at)) && pick() % 3 === 0 ? escaped(c) : c,
  );
}

function accepts(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Duplicate keys by a walk of its own: a recursive descent over the text, for valid rows. */
function duplicatesOf(text: string): string[] {
  const found = new Set<string>();
  let i = 0;
  const white = () => {
    while (/\s/.test(text[i] ?? '')) i++;
  };
  const string = (): string => {
    const match = /^"(?:[^"\\]|\\.)*"/s.exec(text.slice(i))!;
    i += match[0].length;
    return JSON.parse(match[0]) as string;
  };
  const value = (path: string): void => {
    white();
    if (text[i] === '"') string();
    else if (text[i] === '{' || text[i] === '[') {
      const object = text[i++] === '{';
      const seen = new Set<string>();
      for (white(); text[i] !== '}' && text[i] !== ']'; white()) {
        if (text[i] === ',') i++;
        white();
        let inner = path;
        if (object) {
          const key = string();
          inner = `${path}${path && '.'}${key.replaceAll('.', '\\.')}`;
          if (seen.has(key)) found.add(inner);
          seen.add(key);
          white();
          i++;
        }
        value(inner);
      }
      i++;
    } else i += /^[^\s,\]}]+/.exec(text.slice(i))![0].length;
  };
  value('');
  return [...found];
}

describe('scan', () => {
  it('accepts what JSON.parse accepts and refuses what it refuses, however a valid row is damaged', () => {
    const damage = fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '-',
      '.',
      'e',
      '\n',
      '\u0001',
      'é',
      'u',
    );
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4 }),
        fc.infiniteStream(fc.nat(100)),
        fc.array(fc.tuple(fc.nat(), damage, fc.nat(2)), { maxLength: 3 }),
        fc.nat(7),
        (json, picks, edits, shift) => {
          let text = spell(JSON.parse(json), () => picks.next().value!);
          for (const [at, put, cut] of edits) {
            const k = at % (text.length + 1);
            text = text.slice(0, k) + put + text.slice(k + cut);
          }
          // Any alignment, with bytes before and after that must not be looked at.
          const bytes = Buffer.from(`${'"'.repeat(shift)}${text}"x`);
          const fault = scanner.scan(bytes, shift, bytes.length - 2);
          assert.equal(fault === undefined, accepts(text), `${text}: ${fault?.message}`);
        },
      ),
      { numRuns: 6000 },
    );
  });

  it('agrees with JSON.parse on numbers and words', () => {
    const characters = fc.array(fc.constantFrom(...'0019-+.eE', 'true', 'null', 'NaN', 'x'), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(characters, (parts) => {
        const text = `[${parts.join('')}]`;
        assert.equal(scan(text) === undefined, accepts(text), text);
      }),
      { numRuns: 5000 },
    );
  });

  it('finds every duplicate key, at any depth, in any spelling', () => {
    const key = fc.constantFrom('a', 'b', 'label', 'la\\u0062el', 'é', '\\u00e9', 'a.b', 'x\\ny');
    const { row } = fc.letrec((tie) => ({
      row: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom('1', '"a"', 'null', '[]', '{}'),
        fc
          .array(tie('row') as fc.Arbitrary<string>, { maxLength: 4 })
          .map((items) => `[${items.join(', ')}]`),
        fc
          .array(fc.tuple(key, tie('row') as fc.Arbitrary<string>), { maxLength: 24 })
          .map((members) => `{${members.map(([k, v]) => `"${k}": ${v}`).join(',')}}`),
      ),
    }));
    fc.assert(
      fc.property(row as fc.Arbitrary<string>, (text) => {
        assert.equal(scan(text), undefined);
        assert.deepEqual([...scanner.duplicates].sort(), duplicatesOf(text).sort());
      }),
      { numRuns: 2000 },
    );
  });

  it('names a duplicate by its path, without array indices', () => {
    scan('{"label": {"steps": [{"completions": [{"text": 1, "te\\u0078t": 2}]}]}, "x": {"label": 1}}');
    assert.deepEqual(scanner.duplicates, ['label.steps.completions.text']);
    scan('{"a": 1}');
    assert.deepEqual(scanner.duplicates, []);
  });

  it('stays linear on an object with very many keys', () => {
    const members = Array.from({ length: 300_000 }, (_, k) => `"key${k}":${k}`);
    assert.equal(scan(`{${members.join(',')},"key7":0}`), undefined);
    assert.deepEqual(scanner.duplicates, ['key7']);
  });

  it('accepts the deepest nesting that is allowed and refuses one more, without a stack overflow', () => {
    const nest = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
    assert.equal(scan(nest(MAX_DEPTH)), undefined);
    assert.match(scan(`[${nest(MAX_DEPTH)}]`)!, /1,000 levels/);
    assert.match(scan('['.repeat(5_000_000))!, /1,000 levels/);
  });

  it('reports the offset in the buffer', () => {
    const bytes = Buffer.from('xx{"a": NaN}\n');
    assert.deepEqual(scanner.scan(bytes, 2, 12), { offset: 8, message: 'NaN is not JSON: write null' });
  });

  for (const [text, message] of [
    ['{"a": "b', 'ends inside a string: the line is truncated'],
    ['{"a": "b\r', 'ends inside a string: the line is truncated'],
    ['{"a": "b\\', 'ends inside a string: the line is truncated'],
    ['{"a": "b\\u00', 'ends inside a string: the line is truncated'],
    ['{"a": [1, 2', 'ends inside an array: the line is truncated'],
    ['{"a": [1,', 'ends where a value should be: the line is truncated'],
    ['{"a": 1', 'ends inside an object: the line is truncated'],
    ['{"a": tr', 'ends inside a word: the line is truncated'],
    ['{"a": -', 'ends inside a number: the line is truncated'],
    ['{"a": -Infinity}', 'Infinity is not JSON: write null or a number'],
    ['[True]', 'True is not JSON: write true'],
    ["{'a': 1}", "a quote ' is not JSON: write strings with double quotes"],
    ['[01]', 'a number must not start with 0: leave the zeros out'],
    ['[1.]', 'a number must not end with its point: write a digit after it'],
    ['[.5]', 'a number must not start with its point: write 0 before it'],
    ['{"a": 1,}', "a comma before '}' with no key after it: remove the comma"],
    ['[1,]', "']' where a value should be: write the value or remove the comma"],
    ['{"a" 1}', "'1' after a key: write a colon there"],
    ['{"a": 1}{"a": 2}', 'a second value on the line: write one JSON value per line'],
    ['["\t"]', 'a raw tab inside a string: write \\t'],
    ['["\\frac\\alpha"]', '\\a is not an escape of JSON: write \\\\a for a backslash'],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(text)}`, () => {
      assert.equal(scan(text), message);
    });
  }
});
