import { t } from '@vscode/l10n';
import { extractAnswer, finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Trajectory } from '../../trajectory';
import { lastLineAnswer } from '../answers';
import { firstText, firstVerdict, isObject, kindOf, requireText, withPrefixes } from '../fields';
import type { Format, Json, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';

/** The models in OpenAI's file; any other key with a solution counts as well. */
const MODELS = ['6b_finetuning', '6b_verification', '175b_finetuning', '175b_verification'];
/** The only columns of a plain row: with others, `answer` may be anybody's. */
const PLAIN = new Set(['question', 'answer', 'id', 'idx', 'index', 'split', 'source', 'subset', 'scores']);

/**
 * GSM8K (openai/grade-school-math). Rows of example_model_solutions hold one solution per model, under the model's
 * name, with a verdict; they end in "A: 18". Rows of the dataset itself hold the reference solution, one step a
 * line and "#### 18" at the end: it is read as one unlabelled trajectory.
 */
export const gsm8kSolutions: Format = {
  id: 'gsm8k-solutions',
  title: t('GSM8K solutions'),
  signature: t('question, ground_truth and solutions by model, or question and an answer with "####" alone'),
  split: 'line',
  reads: withPrefixes([
    'question',
    'ground_truth',
    'answer',
    'id',
    'idx',
    ...MODELS.flatMap((model) => [`${model}.solution`, `${model}.is_correct`]),
  ]),
  recognise(row) {
    if (typeof row.question !== 'string') return undefined;
    if (typeof row.ground_truth === 'string') {
      return modelsOf(row).length > 0 ? t('question, ground_truth and solutions by model') : undefined;
    }
    const plain = typeof row.answer === 'string' && row.answer.includes('####');
    return plain && Object.keys(row).every((key) => PLAIN.has(key))
      ? t('question and answer with "####"')
      : undefined;
  },
  read,
};

/** The keys under which a model's solution stands. */
function modelsOf(row: JsonObject): string[] {
  return Object.keys(row).filter((key) => {
    const value = row[key];
    return isObject(value) && typeof value.solution === 'string' && typeof value.is_correct === 'boolean';
  });
}

function read(row: JsonObject, chosen?: SplitRule): Result<Trajectory[]> {
  const problem = requireText(row.question, 'question');
  if (!problem.ok) return problem;
  const id = firstText(row.id, row.idx) ?? null;
  const solutionOf = (text: string, path: readonly string[]) => {
    const steps = textSteps(text, path, { usual: 'line', chosen });
    return { id, problem: problem.value, steps, answer: lastLineAnswer(text) ?? finalAnswer(steps) };
  };
  const models = modelsOf(row);
  if (models.length === 0) {
    if (row.ground_truth !== undefined && row.answer === undefined) return fail(noModels(row));
    const answer = requireText(row.answer, 'answer');
    if (!answer.ok) return answer;
    return ok([{ ...solutionOf(answer.value, ['answer']), gold: goldOf(answer.value), notes: [] }]);
  }
  return ok(
    models.map((model) => {
      const { solution, is_correct } = row[model] as JsonObject;
      return {
        ...solutionOf(solution as string, [model, 'solution']),
        gold: goldOf(row.ground_truth),
        finalCorrect: firstVerdict(is_correct),
        generator: model,
        notes: [],
      };
    }),
  );
}

function goldOf(reference: Json | undefined): string | undefined {
  return typeof reference === 'string' ? (lastLineAnswer(reference) ?? extractAnswer(reference)) : undefined;
}

/** Says which key of a row without solutions comes closest to one. */
function noModels(row: JsonObject): string {
  const near = Object.keys(row).find((key) => isObject(row[key]) && 'solution' in (row[key] as JsonObject));
  const why =
    near === undefined
      ? t('no key holds an object with solution and is_correct')
      : t(
          '{0}.solution is {1} and {0}.is_correct is {2}',
          near,
          kindOf((row[near] as JsonObject).solution),
          kindOf((row[near] as JsonObject).is_correct),
        );
  return t("The row has no model's solution: {0}. A text and true or false are expected.", why);
}
