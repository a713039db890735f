import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Label, Note, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import {
  binaryLabel,
  firstVerdict,
  isObject,
  kindOf,
  optionalText,
  quote,
  readLabels,
  requireText,
  withPrefixes,
} from '../fields';
import type { Format, Json, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';

/** What stands for an answer, and for a verdict, where OVM's code found no answer in a response. */
const INVALID = '[invalid]';
const FIELDS = ['response', 'response_answer', 'label', 'step_labels', 'tokens', 'vscores'];

/** What all candidates of a row share. */
interface Question {
  readonly id: string | null;
  readonly problem: string;
  readonly gold: string | undefined;
}

/**
 * OVM (FreedomIntelligence/OVM): `outputs` lists sampled responses with verdicts (`label`); the verifier's files add
 * `tokens` and one value per token (`vscores`), of which the last is the value of the whole response: it is kept as
 * the solution's score, the others belong to tokens and not to steps. Process samples have `step_labels`, one per
 * line. Files of one response per question have its fields in the row itself.
 */
export const ovm: Format = {
  id: 'ovm',
  title: t('OVM samples'),
  signature: t('question and outputs with response and label or vscores, or response_answer and label'),
  split: 'line',
  reads: withPrefixes([
    'idx',
    'input',
    'question',
    'answer',
    'ground_truth',
    ...FIELDS,
    ...FIELDS.map((field) => `outputs.${field}`),
  ]),
  recognise(row) {
    if (typeof row.question !== 'string') return undefined;
    if (typeof row.response === 'string' && row.response_answer !== undefined && row.label !== undefined) {
      return t('question, response, response_answer and label');
    }
    const first = Array.isArray(row.outputs) ? row.outputs[0] : undefined;
    if (!isObject(first) || typeof first.response !== 'string') return undefined;
    if (Array.isArray(first.vscores)) return t('question and outputs with response and vscores');
    const judged = first.label !== undefined && first.response_answer !== undefined;
    return judged ? t('question and outputs with response, response_answer and label') : undefined;
  },
  read,
};

function read(row: JsonObject, chosen?: SplitRule): Result<Trajectory[]> {
  // `input` is the prompt, which says what is to be done with the bare numbers of a Game of 24 question.
  const problem = requireText(typeof row.input === 'string' ? row.input : row.question, 'question');
  if (!problem.ok) return problem;
  const gold = goldAnswer(row.ground_truth) ?? goldAnswer(statedAnswer(row.answer));
  const question = { id: optionalText(row.idx) ?? null, problem: problem.value.trim(), gold };
  if (row.outputs === undefined && row.response !== undefined) {
    const only = readOutput(row, [], question, chosen);
    return only.ok ? ok([only.value]) : only;
  }
  if (!Array.isArray(row.outputs)) {
    return fail(t('outputs is {0}, but a list of responses is expected.', kindOf(row.outputs)));
  }
  const trajectories: Trajectory[] = [];
  for (const [index, output] of row.outputs.entries()) {
    const read = readOutput(output, ['outputs', index], question, chosen);
    if (!read.ok) return read;
    trajectories.push(read.value);
  }
  return ok(trajectories);
}

/** The reference solution's last line, "The answer is 18" or "#### 18". */
function statedAnswer(answer: Json | undefined): string | undefined {
  if (typeof answer !== 'string') return undefined;
  return finalAnswer(textSteps(answer, [], { usual: 'line' }));
}

function readOutput(
  output: Json,
  path: readonly (string | number)[],
  question: Question,
  chosen: SplitRule | undefined,
): Result<Trajectory> {
  const name = path.length === 0 ? '' : `outputs[${path[1]}]`;
  if (!isObject(output)) return fail(t('{0} is {1}, but an object is expected.', name, kindOf(output)));
  const prefix = name === '' ? '' : `${name}.`;
  const text = requireText(output.response, `${prefix}response`);
  if (!text.ok) return text;
  const count = Array.isArray(output.step_labels) ? output.step_labels.length : undefined;
  const plain = textSteps(text.value, [...path, 'response'], { usual: 'line', chosen, count });
  const labels = stepLabels(output.step_labels, plain.length, `${prefix}step_labels`);
  if (!labels.ok) return labels;
  const steps = plain.map((step, index) => ({ ...step, label: labels.value[index] }));
  const notes: Note[] = [];
  const invalid = output.response_answer === INVALID;
  const recorded = invalid ? undefined : optionalText(output.response_answer);
  return ok({
    ...question,
    steps,
    answer: recorded ?? (invalid ? undefined : finalAnswer(steps)),
    finalCorrect: verdictOf(output.label, `${prefix}label`, notes),
    score: lastValue(output.vscores, `${prefix}vscores`, notes),
    tokens: Array.isArray(output.tokens) ? output.tokens.length : undefined,
    notes,
  });
}

function stepLabels(
  value: Json | undefined,
  steps: number,
  name: string,
): Result<readonly (Label | undefined)[]> {
  if (value === undefined || value === null) return ok([]);
  if (!Array.isArray(value))
    return fail(t('{0} is {1}, but a list of labels is expected.', name, kindOf(value)));
  const expected = t('Expected true, false, 1, 0, null, or a number between 0 and 1.');
  return readLabels(value, steps, { labels: name, steps: 'step', expected }, binaryLabel);
}

function verdictOf(value: Json | undefined, name: string, notes: Note[]): boolean | undefined {
  if (value === 1 || value === 0) return value === 1;
  if (typeof value === 'boolean' || value === undefined || value === null) return firstVerdict(value);
  const message =
    value === INVALID
      ? t('{0} is "{1}": no answer was found in the response, so there is no verdict.', name, INVALID)
      : t('{0} is {1}, not true or false; it was not read.', name, quote(value));
  notes.push({ kind: value === INVALID ? 'answer-missing' : 'verdict-not-read', message });
  return undefined;
}

function lastValue(values: Json | undefined, name: string, notes: Note[]): number | undefined {
  if (values === undefined || values === null) return undefined;
  const last = Array.isArray(values) ? values.at(-1) : values;
  if (typeof last === 'number' && Number.isFinite(last)) return last;
  const found = Array.isArray(values) ? t('a list that ends in {0}', quote(last)) : kindOf(values);
  const message = t('{0} is {1}, but one number per token is expected; it was not read.', name, found);
  notes.push({ kind: 'scores-not-read', message });
  return undefined;
}
