import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Note, Step, Trajectory } from '../../trajectory';
import { firstText, isTextList, optionalText, requireText, requireTexts } from '../fields';
import { judgedLabels } from '../firstErrorStep';
import type { Format, JsonObject } from '../format';

/** The name that a step gives itself: "Step 3:", "Step 3." */
const NAME = /^\s*Step\s*(\d+)\b/u;
const OPTION = /\bChoice[_ ]([A-Z])\b/gu;

/**
 * Mr-Ben (dvlab-research/Mr-Ben). Steps that are empty only separate others and are left out. The first error is
 * the number that the step has in its own text ("Step 3:"), which is not its place in the list where steps go over
 * several entries: in the published mathematics rows, the corrected steps agree with the name wherever the two
 * differ. Only if no step has this name, or several do, is it the place, counted from 1 without the empty steps.
 */
export const mrBen: Format = {
  id: 'mr-ben',
  title: t('Mr-Ben'),
  signature: t('Model_Solution_Steps (a list of texts) and Model_Solution_First_Error_Step'),
  reads: [
    'Question_UUID',
    'Question',
    'Options',
    'Ground_Truth_Answer',
    'Ground_Truth_Answer_Modified',
    'Sampled_Model',
    'Model_Solution_Steps',
    'Model_Solution_Correctness',
    'Model_Solution_First_Error_Step',
  ],
  recognise(row) {
    const known = isTextList(row.Model_Solution_Steps) && row.Model_Solution_First_Error_Step !== undefined;
    return known ? t('Model_Solution_Steps and Model_Solution_First_Error_Step') : undefined;
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.Question, 'Question');
  if (!problem.ok) return problem;
  const texts = requireTexts(row.Model_Solution_Steps, 'Model_Solution_Steps');
  if (!texts.ok) return texts;
  const notes: Note[] = [];
  const plain = texts.value.flatMap((text, index): Step[] =>
    text.trim() === '' ? [] : [{ text, place: { path: ['Model_Solution_Steps', index] } }],
  );
  const labels = judgedLabels(
    {
      verdict: row.Model_Solution_Correctness,
      firstError: row.Model_Solution_First_Error_Step,
      names: { verdict: 'Model_Solution_Correctness', firstError: 'Model_Solution_First_Error_Step' },
      stepOf: (number) => stepNamed(plain, number),
    },
    plain.length,
    notes,
  );
  if (!labels.ok) return labels;
  const steps = plain.map((step, index) => ({ ...step, label: labels.value[index], score: undefined }));
  noteLongError(steps, notes);
  return ok([
    {
      id: optionalText(row.Question_UUID) ?? null,
      problem: withOptions(problem.value, row),
      steps,
      gold: firstText(row.Ground_Truth_Answer_Modified || undefined, row.Ground_Truth_Answer || undefined),
      answer: chosenOption(steps) ?? finalAnswer(steps),
      generator: optionalText(row.Sampled_Model),
      notes,
    },
  ]);
}

/** The 0-based step that calls itself "Step `number`", if just one does. */
function stepNamed(steps: readonly Step[], number: number): number | undefined {
  const named = steps.flatMap(({ text }, index) => (Number(NAME.exec(text)?.[1]) === number ? [index] : []));
  return named.length === 1 ? named[0] : undefined;
}

/** A wrong step that goes on in the next entries is marked only at its first: the rest is said in a note. */
function noteLongError(steps: readonly Step[], notes: Note[]): void {
  const first = steps.findIndex((step) => step.label === 'incorrect');
  if (first < 0 || !NAME.test(steps[first]!.text)) return;
  let next = first + 1;
  while (next < steps.length && !/^\s*(?:Step\s*\d|Solution\b)/u.test(steps[next]!.text)) next++;
  if (next === first + 1) return;
  const message = t(
    'The wrong step goes on to entry {0}; the row does not say which of its entries is wrong.',
    next,
  );
  notes.push({ step: first + 1, kind: 'error-step-in-pieces', message });
}

function withOptions(question: string, row: JsonObject): string {
  const options = typeof row.Options === 'string' ? row.Options.trim() : '';
  return options === '' ? question : `${question}\n${options}`;
}

/** The letter in "Solution: Choice_B", if the last step names just one choice. */
function chosenOption(steps: readonly Step[]): string | undefined {
  const letters = new Set(Array.from(steps.at(-1)?.text.matchAll(OPTION) ?? [], ([, letter]) => letter));
  return letters.size === 1 ? [...letters][0] : undefined;
}
