import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import { counted } from '../../trace/words';
import { firstError, isError, type Label, type Note, type Step, type Trajectory } from '../../trajectory';
import { isObject, kindOf, optionalText, quote, requireText, requireTexts } from '../fields';
import type { Format, Json, JsonObject, WriteOptions } from '../format';
import { scoresColumn } from '../recordedScores';

interface Offer {
  readonly text: string;
  readonly label: Label | undefined;
}

type StepOrEnd = Step | 'end';

/**
 * PRM800K, phases 1 and 2 (openai/prm800k). The labeller saw several completions per step. A step's text is the
 * chosen one, else the one the labeller wrote; in phase 2 both are missing at the first error, and the step is
 * then the one that was generated before. 1 is correct, 0 neutral, -1 incorrect. Phase 2 labels stop at the first
 * error: the steps generated after it stay, unlabelled.
 */
export const prm800k: Format = {
  id: 'prm800k',
  title: t('PRM800K'),
  signature: t('question.problem and label.steps with completions'),
  reads: [
    'question',
    'question.problem',
    'question.ground_truth_answer',
    'question.pre_generated_steps',
    'question.pre_generated_answer',
    'label',
    'label.steps',
    'label.steps.completions',
    'label.steps.completions.text',
    'label.steps.completions.rating',
    'label.steps.human_completion',
    'label.steps.human_completion.text',
    'label.steps.human_completion.rating',
    'label.steps.chosen_completion',
    'id',
  ],
  recognise(row) {
    const { question, label } = row;
    if (!isObject(question) || !isObject(label)) return undefined;
    if (typeof question.problem !== 'string' || !Array.isArray(label.steps)) return undefined;
    const phase2 = Array.isArray(question.pre_generated_steps);
    return phase2
      ? t('question.problem and label.steps, with question.pre_generated_steps (phase 2)')
      : t('question.problem and label.steps');
  },
  read,
  writer: {
    cannotHold: [
      'soft-labels',
      'labels',
      'alternatives',
      'tree',
      'verdict',
      'generator',
      'total-score',
      'tokens',
    ],
    row: write,
  },
};

function read(row: JsonObject): Result<Trajectory[]> {
  const { question, label } = row;
  if (!isObject(question)) return fail(t('question is {0}, but an object is expected.', kindOf(question)));
  if (!isObject(label)) return fail(t('label is {0}, but an object is expected.', kindOf(label)));
  const problem = requireText(question.problem, 'question.problem');
  if (!problem.ok) return problem;
  const generated = preGenerated(question);
  if (!generated.ok) return generated;
  const steps = readSteps(label.steps, generated.value);
  if (!steps.ok) return steps;
  const notes = generated.value.length > 0 ? lateLabels(steps.value) : [];
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem: problem.value,
      steps: steps.value,
      gold: optionalText(question.ground_truth_answer),
      answer: optionalText(question.pre_generated_answer) ?? finalAnswer(steps.value),
      finalCorrect: undefined,
      generator: undefined,
      notes,
    },
  ]);
}

/** Phase 2 asked for no labels behind the first error. */
function lateLabels(steps: readonly Step[]): Note[] {
  const error = steps.findIndex((step) => isError(step.label));
  const late = error < 0 ? -1 : steps.findIndex((step, index) => index > error && step.label !== undefined);
  if (late < 0) return [];
  const message = t(
    'The step has a label, but labels of phase 2 end at the first error, step {0}.',
    error + 1,
  );
  return [{ kind: 'labels-after-error', step: late + 1, message }];
}

function preGenerated(question: JsonObject): Result<readonly string[]> {
  const steps = question.pre_generated_steps;
  if (steps === undefined || steps === null) return ok([]);
  return requireTexts(steps, 'question.pre_generated_steps');
}

function readSteps(value: Json | undefined, generated: readonly string[]): Result<Step[]> {
  if (!Array.isArray(value)) return fail(t('label.steps is {0}, but a list is expected.', kindOf(value)));
  const steps: Step[] = [];
  for (const [index, entry] of value.entries()) {
    const name = `label.steps[${index}]`;
    if (!isObject(entry)) return fail(t('{0} is {1}, but an object is expected.', name, kindOf(entry)));
    const step = readStep(entry, index, name, generated);
    if (!step.ok) return step;
    if (step.value === 'end') break;
    steps.push(step.value);
  }
  for (let index = steps.length; index < generated.length; index++)
    steps.push(generatedStep(generated, index));
  return ok(steps);
}

function readStep(
  entry: JsonObject,
  index: number,
  name: string,
  generated: readonly string[],
): Result<StepOrEnd> {
  const offers = readOffers(entry.completions, `${name}.completions`);
  if (!offers.ok) return offers;
  const chosen = entry.chosen_completion;
  if (chosen !== undefined && chosen !== null) {
    if (typeof chosen !== 'number' || offers.value[chosen] === undefined) {
      const offered = counted(offers.value.length, 'completion');
      return fail(
        t(
          '{0}.chosen_completion is {1}, but the step has {2} (counted from 0).',
          name,
          quote(chosen),
          offered,
        ),
      );
    }
    return ok(offeredStep(offers.value, chosen, index));
  }
  const human = entry.human_completion;
  if (human !== undefined && human !== null) {
    const written = readOffer(human, `${name}.human_completion`);
    if (!written.ok) return written;
    const place = { path: ['label', 'steps', index, 'human_completion', 'text'] };
    const alternatives = offers.value.length > 0 ? offers.value : undefined;
    return ok({ ...written.value, score: undefined, alternatives, place });
  }
  if (offers.value.length > 0) {
    const same = offers.value.findIndex((offer) => offer.text === generated[index]);
    return ok(offeredStep(offers.value, Math.max(0, same), index));
  }
  return ok(index < generated.length ? generatedStep(generated, index) : 'end');
}

function offeredStep(offers: readonly Offer[], chosen: number, index: number): Step {
  const { text, label } = offers[chosen]!;
  const alternatives = offers.length > 1 ? offers.filter((_, offer) => offer !== chosen) : undefined;
  const path = ['label', 'steps', index, 'completions', chosen, 'text'];
  return { text, label, score: undefined, alternatives, place: { path } };
}

function generatedStep(generated: readonly string[], index: number): Step {
  const place = { path: ['question', 'pre_generated_steps', index] };
  return { text: generated[index]!, label: undefined, score: undefined, place };
}

function readOffers(value: Json | undefined, name: string): Result<readonly Offer[]> {
  if (value === undefined || value === null) return ok([]);
  if (!Array.isArray(value)) return fail(t('{0} is {1}, but a list is expected.', name, kindOf(value)));
  const offers: Offer[] = [];
  for (const [index, entry] of value.entries()) {
    const offer = readOffer(entry, `${name}[${index}]`);
    if (!offer.ok) return offer;
    offers.push(offer.value);
  }
  return ok(offers);
}

function readOffer(value: Json, name: string): Result<Offer> {
  if (!isObject(value)) return fail(t('{0} is {1}, but an object is expected.', name, kindOf(value)));
  const text = requireText(value.text, `${name}.text`);
  if (!text.ok) return text;
  const label = ratingLabel(value.rating);
  if (label !== null) return ok({ text: text.value, label });
  return fail(
    t('{0}.rating is a label of an unknown kind: {1}. Expected 1, 0, -1 or null.', name, quote(value.rating)),
  );
}

/** The label that a rating stands for; null for a rating of an unknown kind. */
export function ratingLabel(rating: Json | undefined): Label | undefined | null {
  if (rating === undefined || rating === null) return undefined;
  if (rating === 1) return 'correct';
  if (rating === 0) return 'neutral';
  return rating === -1 ? 'incorrect' : null;
}

/** What phase 2 has besides question and label; this tool knows nothing to put there. */
const NOT_KNOWN = {
  labeler: null,
  timestamp: null,
  generation: null,
  is_quality_control_question: false,
  is_initial_screening_question: false,
};

/** A phase 2 row, whose labels stop at the first error; with labels behind it, a row as phase 1 has them. */
function write(trajectory: Trajectory, { pastError }: WriteOptions): string {
  const { problem, steps, gold, answer, id } = trajectory;
  const error = firstError(trajectory);
  const seen = steps.findLastIndex((step) => step.label !== undefined || step.alternatives !== undefined) + 1;
  const rated = steps.slice(0, pastError ? steps.length : (error ?? seen));
  const finished = steps.every((step) => step.label !== undefined) ? 'solution' : null;
  const label = {
    steps: rated.map((step, index) => ratedStep(step, !pastError && index + 1 === error)),
    total_time: 0,
    finish_reason: error === undefined ? finished : 'found_error',
  };
  const ground_truth_answer = gold ?? null;
  const own = { ...(id === null ? {} : { id }), ...scoresColumn(steps) };
  if (pastError) return JSON.stringify({ question: { problem, ground_truth_answer }, label, ...own });
  const question = {
    problem,
    ground_truth_solution: null,
    ground_truth_answer,
    pre_generated_steps: steps.map((step) => step.text),
    pre_generated_answer: answer ?? null,
    pre_generated_verifier_score: null,
  };
  return JSON.stringify({ ...NOT_KNOWN, question, label, ...own });
}

/** In phase 2 nothing is chosen at the first error. */
function ratedStep({ text, label, alternatives = [] }: Step, isEnd: boolean): JsonObject {
  const completions = [{ text, label }, ...alternatives].map((offer) => ({
    text: offer.text,
    rating: ratingOf(offer.label),
    flagged: null,
  }));
  return { completions, human_completion: null, chosen_completion: isEnd ? null : 0 };
}

function ratingOf(label: Label | undefined): number | null {
  if (label === undefined) return null;
  return label === 'neutral' ? 0 : isError(label) ? -1 : 1;
}
