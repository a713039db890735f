import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Label, Note, Step, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { requireText } from '../fields';
import type { Format, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { trimmedPiece } from '../taggedText';
import { textSteps } from '../wholeText';

/** The name of a step whose text stands elsewhere: "Step 3:" and nothing more. */
const BARE_MARKER = /^(?:\*\*|#+\s*)?Step\s+\d+\s*[:.)](?:\*\*)?$/u;

/**
 * Step-DPO (dvlab-research/Step-DPO): two trajectories per row, the chosen and the rejected one, with the same
 * initial steps. Only the last step is judged: correct in the one, incorrect in the other. The initial steps end
 * with the bare name of the next one ("Step 3:"), which is put before its text.
 */
export const stepDpo: Format = {
  id: 'step-dpo',
  title: t('Step-DPO'),
  signature: t('prompt, initial_reason_steps, chosen and rejected (texts)'),
  split: 'step-marker',
  reads: ['prompt', 'initial_reason_steps', 'chosen', 'rejected', 'answer'],
  recognise(row) {
    const keys = ['prompt', 'initial_reason_steps', 'chosen', 'rejected'];
    const known = keys.every((key) => typeof row[key] === 'string');
    return known ? t('prompt, initial_reason_steps, chosen and rejected') : undefined;
  },
  read,
};

function read(row: JsonObject, split?: SplitRule): Result<Trajectory[]> {
  const problem = requireText(row.prompt, 'prompt');
  if (!problem.ok) return problem;
  const initial = requireText(row.initial_reason_steps, 'initial_reason_steps');
  if (!initial.ok) return initial;
  const shared = textSteps(initial.value, ['initial_reason_steps'], { usual: 'step-marker', chosen: split });
  const trajectories: Trajectory[] = [];
  for (const [key, label] of [
    ['chosen', 'correct'],
    ['rejected', 'incorrect'],
  ] as const) {
    const text = requireText(row[key], key);
    if (!text.ok) return text;
    const steps = withNext(shared, text.value, key, label);
    const notes: Note[] = [];
    trajectories.push({
      id: null,
      problem: problem.value,
      steps,
      gold: goldAnswer(row.answer),
      answer: finalAnswer(steps),
      notes,
    });
  }
  return ok(trajectories);
}

/** The initial steps and the judged one, which takes over a bare marker at their end. */
function withNext(shared: readonly Step[], text: string, key: string, label: Label): Step[] {
  const { text: own, end } = trimmedPiece(text, 0, text.length);
  const marker = shared.at(-1)?.text ?? '';
  if (!BARE_MARKER.test(marker)) {
    return [...shared, { text: own, label, score: undefined, place: { path: [key], end } }];
  }
  const place = { path: [key], end, onlyEnd: true };
  return [...shared.slice(0, -1), { text: `${marker} ${own}`, label, score: undefined, place }];
}
