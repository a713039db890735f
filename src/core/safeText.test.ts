import assert from 'node:assert/strict';
import fc from 'fast-check';
import { csvCell, htmlText, jsonText, markdownBlock, markdownCode, terminalText } from './safeText';

/** What must never reach a terminal: controls but line breaks, marks of direction. */
const COMMANDING = /[^\P{Cc}\n]|\p{Bidi_Control}/u;

/** Every code point, those that do harm more often than chance would have it. */
const text = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
      fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
      fc.constantFrom(
        '\u001b]52;c;QQ==\u0007',
        '\u009b31m',
        '\u202e',
        '\u2066',
        '\r',
        '`',
        '|',
        '<',
        '=',
        '"',
      ),
    ),
  )
  .map((parts) => parts.join(''));

describe('text that comes from anywhere', () => {
  it('commands no terminal, and stays readable', () => {
    fc.assert(fc.property(text, (given) => assert.doesNotMatch(terminalText(given), COMMANDING)));
    assert.equal(terminalText('3 × 4\n\u001b]0;x\u0007'), '3 × 4\n␛]0;x␇');
  });

  it('is escaped in JSON, which gives it back as it was', () => {
    fc.assert(
      fc.property(text, text, (key, value) => {
        const document = { list: [value, { [key]: value }] };
        const json = jsonText(document);
        assert.doesNotMatch(json, COMMANDING);
        assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(document)));
      }),
    );
    assert.equal(jsonText('é\u009b\u202e\u007f'), '"é\\u009b\\u202e\\u007f"');
  });

  it('is no formula in CSV', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', ' ', '\t', '\n', '\ufeff', '\u200b'),
        fc.constantFrom(...'=+-@＝＋－＠'),
        text,
        (space, sign, rest) => {
          const cell = csvCell(`${space}${sign}a${rest}`);
          assert.match(cell, /^"?'/u);
        },
      ),
    );
    for (const number of ['-3', '+0.5', '-12.25']) assert.equal(csvCell(number), number);
    assert.equal(csvCell('a;=1'), '"a;=1"');
  });

  it('stays in its code in Markdown', () => {
    fc.assert(
      fc.property(text, (given) => {
        const code = markdownCode(given);
        const [ticks] = /^`+/u.exec(code)!;
        assert.ok(code.endsWith(ticks) && !code.includes('\n'));
        const inner = code.slice(ticks.length, -ticks.length);
        const runs: readonly string[] = inner.match(/`+/gu) ?? [];
        assert.ok(!runs.includes(ticks), 'no run of ticks ends it');
        assert.doesNotMatch(inner, /(?<!\\)\|/u, 'no bar ends a cell');
        const block = markdownBlock(given).split('\n');
        assert.ok(!block.slice(1, -1).some((line) => line.trim().startsWith(block.at(-1)!)));
        assert.doesNotMatch(block.join('\n') + code, COMMANDING);
      }),
    );
  });

  it('is no markup in HTML', () => {
    fc.assert(
      fc.property(text, (given) => {
        const html = htmlText(given);
        assert.doesNotMatch(html, /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/u);
        assert.doesNotMatch(html, COMMANDING);
      }),
    );
  });
});
