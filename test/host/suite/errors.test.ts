import { row, rows } from '../rows';
import { closeEditors, openTrace, putCursor, run, scratch, waitForCursor } from './support';

describe('errors in the trace view', () => {
  afterEach(closeEditors);

  it('are visited by commands, malformed rows too', async () => {
    const text = `${row({ labels: [true, false, false] })}\n{"broken\n${row({ labels: [false, false, false] })}\n`;
    const editor = await openTrace(scratch('three.jsonl', text));
    putCursor(editor, 0);
    for (const [command, place] of [
      ['cfprm.nextError', '2 ✗   35 + 7'],
      ['cfprm.nextError', '▾ row 2'],
      ['cfprm.nextError', '1 ✗   Six sevens.'],
      ['cfprm.previousError', '▾ row 2'],
      ['cfprm.previousError', '2 ✗   35 + 7'],
      ['cfprm.previousError', '2 ✗   35 + 7'],
    ] as const) {
      await run(command);
      await waitForCursor(place);
    }
  });

  it('are left to steps and trajectories on a page', async () => {
    const editor = await openTrace(scratch('steps.jsonl', rows(3)));
    putCursor(editor, 0);
    for (const [command, place] of [
      ['cfprm.nextStep', '1 ✓   Six sevens.'],
      ['cfprm.nextStep', '2 ✓   35 + 7'],
      ['cfprm.nextTrajectory', '▾ r-2 '],
      ['cfprm.nextTrajectory', '▾ r-3 '],
      ['cfprm.previousStep', '3 ✓   The answer'],
      ['cfprm.previousTrajectory', '▾ r-2 '],
      ['cfprm.previousTrajectory', '▾ r-1 '],
      ['cfprm.previousTrajectory', '▾ r-1 '],
    ] as const) {
      await run(command);
      await waitForCursor(place);
    }
  });
});
