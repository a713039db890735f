import assert from 'node:assert/strict';
import { row, rows } from '../rows';
import { closeEditors, headers, lines, openTrace, scratch, shownSteps } from './support';

describe('reading a file as it comes', () => {
  afterEach(closeEditors);

  const variants: Record<string, string> = {
    'line feeds': rows(3),
    CRLF: rows(3).replaceAll('\n', '\r\n'),
    'a byte order mark': `\ufeff${rows(3)}`,
    'a byte order mark and CRLF': `\ufeff${rows(3).replaceAll('\n', '\r\n')}`,
    'no line break at the end': rows(3).trimEnd(),
    'a JSON array in one line': `[${rows(3).trim().replaceAll('\n', ',')}]`,
    'a JSON array over many lines': JSON.stringify(rows(3).trim().split('\n').map(parse), null, 2),
    'a JSON array with a byte order mark and CRLF': `\ufeff[\r\n${rows(3).trim().replaceAll('\n', ',\r\n')}\r\n]\r\n`,
  };
  for (const [what, text] of Object.entries(variants)) {
    it(`takes ${what}`, async () => {
      const editor = await openTrace(scratch('rows.jsonl', text));
      assert.deepEqual(
        headers(editor).map((line) => line.slice(0, 7)),
        ['▾ r-1 ·', '▾ r-2 ·', '▾ r-3 ·'],
      );
      for (const steps of shownSteps(editor))
        assert.deepEqual(
          steps.map(({ glyph, rest }) => `${glyph} ${rest}`),
          ['✓ Six sevens.', '✓ 35 + 7 = 42.', '✓ The answer is 42.'],
        );
    });
  }

  it('takes a line of 10 MB: the step is cut visibly and the rows around it are whole', async () => {
    const huge = row({ id: 'huge', completions: ['x'.repeat(10_000_000), 'after'] });
    const text = `${row({ id: 'a' })}\n${huge}\n${row({ id: 'b', labels: [false, true, true] })}\n`;
    const editor = await openTrace(scratch('huge.jsonl', text));
    assert.deepEqual(
      shownSteps(editor).map((steps) => steps.map((step) => step.glyph).join('')),
      ['✓✓✓', '✓✓', '✗✓✓'],
    );
    assert.ok(lines(editor).some((line) => line.includes('9,980,000 more characters')));
    assert.ok(editor.document.getText().length < 100_000);
  });

  it('takes a trajectory without steps and one with 1,000', async () => {
    const completions = Array.from({ length: 1000 }, (_, i) => `step ${i + 1}`);
    const text = `${row({ id: 'none', completions: [] })}\n${row({ id: 'all', completions })}\n`;
    const editor = await openTrace(scratch('counts.jsonl', text));
    assert.deepEqual(
      shownSteps(editor).map((steps) => steps.length),
      [0, 1000],
    );
    assert.match(lines(editor)[3]!, /no steps/);
    assert.equal(lines(editor).at(-2), '  1000 ✓  step 1000');
  });
});

function parse(line: string): unknown {
  return JSON.parse(line);
}
