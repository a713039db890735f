import assert from 'node:assert/strict';
import type { TraceFilter } from '../../../src/core/trace/filter';
import { row, rows } from '../rows';
import {
  closeEditors,
  headers,
  heading,
  lines,
  openPage,
  putCursor,
  run,
  scratch,
  traceEditor,
  waitForCursor,
} from './support';

describe('filters of the trace view', () => {
  let file: string;
  before(() => {
    const parts = [
      row({ id: 'fine', gold: '42' }),
      row({ id: 'error', labels: [true, false, false], gold: '42' }),
      row({ id: 'open', labels: [true, null, null], gold: '42' }),
      row({ id: 'wrong', gold: '41' }),
      '{"prompt": "cut off',
      row({ id: 'said', prompt: 'Ein Äpfel-Problem', final_correct: false }),
      row({ id: 'sum', gold: '42', completions: ['6 * 7 = 43.', 'The answer is 42.'] }),
    ];
    file = scratch('mixed.jsonl', `${parts.join('\n')}\n`);
  });
  afterEach(closeEditors);

  const shows: [TraceFilter, string[]][] = [
    [{ kind: 'first-error' }, ['error']],
    [{ kind: 'unlabelled' }, ['open']],
    [{ kind: 'wrong-answer' }, ['wrong', 'said']],
    [{ kind: 'false-equation' }, ['sum']],
    [{ kind: 'malformed' }, ['row 5']],
    [{ kind: 'text', text: 'äpfel' }, ['said']],
    [{ kind: 'text', text: 'SIX SEVENS' }, ['fine', 'error', 'open', 'wrong', 'said']],
    [{ kind: 'text', text: 'open' }, ['open']],
  ];
  for (const [filter, titles] of shows) {
    const name = filter.kind === 'text' ? `text "${filter.text}"` : filter.kind;
    it(`show only rows that pass: ${name}`, async () => {
      const editor = await openPage(file, { page: 0, filter });
      assert.deepEqual(
        headers(editor).map((line) => /^▾ (row \d+|\S+)/.exec(line)![1]),
        titles,
      );
      assert.match(editor.document.uri.path, /· filtered\.cfprm$/);
      assert.match(lines(editor)[0]!, /· filter: /);
    });
  }

  it('say that nothing passes', async () => {
    const editor = await openPage(file, { page: 0, filter: { kind: 'text', text: 'nowhere' } });
    assert.match(lines(editor)[0]!, / · filter: text "nowhere"$/);
    assert.match(await heading(editor), / · no rows/);
  });

  it('have pages of their own, which errors and trajectories cross', async () => {
    const many = scratch(
      'many.jsonl',
      rows(700, (n) => n % 2 === 0),
    );
    const filter = { kind: 'first-error' } as const;
    const second = await openPage(many, { page: 1, filter });
    assert.equal(headers(second).length, 150);
    assert.match(await heading(second), /201–350 of 350 · page 2 of 2/);
    putCursor(second, 0);
    await run('cfprm.previousError');
    await traceEditor(many, 0);
    await waitForCursor('2 ✗   35 + 7');
    await run('cfprm.nextTrajectory');
    await traceEditor(many, 1);
    await waitForCursor('▾ r-402 ');
  });

  it('are cleared on the page of the row under the cursor', async () => {
    const many = scratch(
      'many.jsonl',
      rows(450, (n) => n === 420),
    );
    const editor = await openPage(many, { page: 0, filter: { kind: 'first-error' } });
    assert.equal(headers(editor).length, 1);
    putCursor(editor, 3);
    await run('cfprm.clearFilter');
    const whole = await traceEditor(many, 2);
    await waitForCursor('▾ r-420 ');
    assert.equal(headers(whole).length, 50);
  });

  it('reveal the right row', async () => {
    const editor = await openPage(file, { page: 0, filter: { kind: 'malformed' } });
    await run('cfprm.revealInSource', lines(editor).length - 1);
    await waitForCursor('{"prompt": "cut off');
  });
});
