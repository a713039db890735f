import assert from 'node:assert/strict';
import { closeEditors, lines, openTrace, scratch, shownSteps, waitFor, withSetting } from './support';

const MAPPING = 'cfprm.format.mapping';
const rowOf = (rating: number): string =>
  JSON.stringify({
    uid: 'q-7',
    question: 'How many?',
    solution: [
      { text: 'First.', rating: 1 },
      { text: 'Second.', rating },
    ],
  });
const mapping = {
  id: 'uid',
  problem: 'question',
  steps: 'solution[].text',
  labels: 'solution[].rating',
  labelScale: 'rating',
};

describe('the format of a file', () => {
  afterEach(closeEditors);

  it('that no format fits says what was looked for and what to do', async () => {
    const file = scratch('own.jsonl', `${rowOf(-1)}\n`);
    const text = (await openTrace(file)).document.getText();
    assert.ok(text.startsWith(`⚠ ${file}: No known format fits. The first row has the keys uid, question`));
    assert.match(text, /Nearest are \S+ \(/);
    assert.match(text, /Choose the format yourself, or say with a field mapping/);
  });

  it('is read by the field mapping, from the moment on that it is set', async () => {
    const editor = await openTrace(scratch('own.jsonl', `${rowOf(-1)}\n${rowOf(0)}\n`));
    await withSetting(MAPPING, mapping, async () => {
      await waitFor('steps', () => shownSteps(editor).length === 2);
      assert.deepEqual(
        shownSteps(editor).map((steps) => steps.map(({ glyph, rest }) => `${glyph} ${rest}`)),
        [
          ['✓ First.', '✗ Second.'],
          ['✓ First.', '· Second.'],
        ],
      );
      assert.match(lines(editor)[0]!, /Field mapping/);
      assert.ok(lines(editor)[2]!.startsWith('▾ q-7 '));
    });
    await waitFor('message', () => editor.document.getText().includes('No known format fits'));
  });

  it('stays what detection finds where a known format fits, mapping or not', async () => {
    const row = { problem: 'p', steps: ['a'], label: 0, question: 'q', solution: [{ text: 's', rating: 1 }] };
    await withSetting(MAPPING, mapping, async () => {
      const editor = await openTrace(scratch('known.jsonl', JSON.stringify(row)));
      assert.match(lines(editor)[0]!, /ProcessBench/);
    });
  });

  it('cannot be a mapping with an error: the setting, the entry and the way out are named', async () => {
    const editor = await openTrace(scratch('own.jsonl', rowOf(1)));
    await withSetting(MAPPING, { problem: 'question', step: 'solution[].text' }, async () => {
      await waitFor('message', () => editor.document.getText().includes('unknown entry "step"'));
      assert.match(
        editor.document.getText(),
        /^⚠ Setting cfprm\.format\.mapping: .* Known are problem, steps/,
      );
    });
  });
});
