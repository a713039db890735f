import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type TextEdit, textEdits } from './textEdits';

/** Applies edits as an editor does: all of them are places in the text before. */
function apply(text: string, edits: readonly TextEdit[]): string {
  const starts = [0];
  for (let i = 0; i < text.length; i++) if (text[i] === '\n') starts.push(i + 1);
  const offset = ({ line, column }: TextEdit['start']): number => starts[line]! + column;
  return [...edits]
    .reverse()
    .reduce(
      (all, { start, end, text: own }) => all.slice(0, offset(start)) + own + all.slice(offset(end)),
      text,
    );
}

describe('edits of a page', () => {
  it('are one character where one label changed', () => {
    const before = 'heading\n\n▾ ?  r-1\n  1 ?  One.\n  2 ?  Two.\n';
    const after = 'heading\n\n▾ ✗2 r-1\n  1 ?  One.\n  2 ✗* Two.\n';
    assert.deepEqual(textEdits(before, after), [
      { start: { line: 2, column: 2 }, end: { line: 2, column: 4 }, text: '✗2' },
      { start: { line: 4, column: 4 }, end: { line: 4, column: 6 }, text: '✗*' },
    ]);
  });

  it('insert rows that were appended without touching those that are there', () => {
    assert.deepEqual(textEdits('a\nb\n', 'a\nb\nc\nd\n'), [
      { start: { line: 2, column: 0 }, end: { line: 2, column: 0 }, text: 'c\nd\n' },
    ]);
    assert.deepEqual(textEdits('a\nb', 'a\nb\nc'), [
      { start: { line: 1, column: 1 }, end: { line: 1, column: 1 }, text: '\nc' },
    ]);
  });

  it('make the one text of the other, whatever they are', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '✗', ' '), maxLength: 4 });
    const text = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        assert.equal(apply(before, textEdits(before, after)), after);
      }),
    );
  });

  it('leave lines alone that are the same', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '✗', ' '), maxLength: 4 });
    const pair = fc.tuple(line, line);
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 8 }), (pairs) => {
        const edits = textEdits(pairs.map(([a]) => a).join('\n'), pairs.map(([, b]) => b).join('\n'));
        const changed = [...pairs.keys()].filter((i) => pairs[i]![0] !== pairs[i]![1]);
        assert.deepEqual(
          edits.map(({ start }) => start.line),
          changed,
        );
        assert.ok(edits.every(({ start, end }) => start.line === end.line));
      }),
    );
  });
});
