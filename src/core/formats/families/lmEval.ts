import { t } from '@vscode/l10n';
import { extractAnswer, finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { userText } from '../chatPrompt';
import { isObject, kindOf, optionalText, withPrefixes } from '../fields';
import type { Format, Json, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';
import { zeroOrOne } from './verl';

const PROBLEMS = ['question', 'problem', 'Question', 'Problem'];

/** A response, with where it stands: `resps[request][index]`. */
interface Response {
  readonly text: string;
  readonly request: number;
  readonly index: number;
}

/**
 * Samples of the lm-evaluation-harness (EleutherAI/lm-evaluation-harness, `--log_samples`): every text in `resps` is
 * a candidate. `filtered_resps` has the extracted answers. The metrics judge the row: they are the verdict only if
 * the row has one response, and only if they are 0 or 1. Multiple-choice rows hold log-likelihoods and no solution.
 */
export const lmEval: Format = {
  id: 'lm-eval',
  title: t('lm-evaluation-harness samples'),
  signature: t('doc, arguments and resps (a list of lists of texts)'),
  split: 'line',
  reads: withPrefixes([
    'doc_id',
    ...PROBLEMS.map((key) => `doc.${key}`),
    'target',
    'arguments.gen_args_0.arg_0',
    'resps',
    'filtered_resps',
    'exact_match',
    'acc',
  ]),
  recognise(row) {
    if (!isObject(row.doc) || row.arguments === undefined || !Array.isArray(row.resps)) return undefined;
    const [first] = row.resps;
    const text = Array.isArray(first) && typeof first[0] === 'string';
    return text ? t('doc, arguments and resps') : undefined;
  },
  read,
};

function read(row: JsonObject, chosen?: SplitRule): Result<Trajectory[]> {
  const problem = problemOf(row);
  if (problem === undefined) {
    return fail(
      t(
        'The row has no problem: doc has none of {0} as a text, and arguments has no prompt.',
        PROBLEMS.join(', '),
      ),
    );
  }
  const responses = readResponses(row.resps);
  if (!responses.ok) return responses;
  const alone = responses.value.length === 1;
  return ok(
    responses.value.map((response) => {
      const { text, request, index } = response;
      const steps = textSteps(text, ['resps', request, index], { usual: 'line', chosen });
      return {
        id: optionalText(row.doc_id) ?? null,
        problem,
        steps,
        gold: goldAnswer(row.target),
        answer: filteredAnswer(row.filtered_resps, response, responses.value) ?? finalAnswer(steps),
        finalCorrect: alone ? (zeroOrOne(row.exact_match) ?? zeroOrOne(row.acc)) : undefined,
        notes: [],
      };
    }),
  );
}

function problemOf(row: JsonObject): string | undefined {
  const { doc } = row;
  if (isObject(doc)) {
    const key = PROBLEMS.find((name) => typeof doc[name] === 'string');
    if (key !== undefined) return doc[key] as string;
  }
  const prompt = promptOf(row.arguments);
  return typeof prompt === 'string' ? userText(prompt) : undefined;
}

/** `[[prompt, options]]`, or `{gen_args_0: {arg_0: prompt}}` in files written for the Hugging Face hub. */
function promptOf(args: Json | undefined): Json | undefined {
  if (Array.isArray(args)) return Array.isArray(args[0]) ? args[0][0] : undefined;
  return isObject(args) && isObject(args.gen_args_0) ? args.gen_args_0.arg_0 : undefined;
}

function readResponses(value: Json | undefined): Result<readonly Response[]> {
  if (!Array.isArray(value))
    return fail(t('resps is {0}, but a list of lists of texts is expected.', kindOf(value)));
  const responses: Response[] = [];
  for (const [request, list] of value.entries()) {
    const name = `resps[${request}]`;
    if (!Array.isArray(list))
      return fail(t('{0} is {1}, but a list of texts is expected.', name, kindOf(list)));
    for (const [index, text] of list.entries()) {
      if (typeof text !== 'string') {
        return fail(
          t(
            '{0}[{1}] is {2}, but a text is expected. Rows of multiple-choice tasks hold log-likelihoods and no solutions.',
            name,
            index,
            kindOf(text),
          ),
        );
      }
      responses.push({ text, request, index });
    }
  }
  return ok(responses);
}

/**
 * The extracted answer of a response: its request's entry in `filtered_resps`, if that is one text for one response
 * or a text for each. A filter that left the response whole extracted nothing, and "[invalid]" is none.
 */
function filteredAnswer(
  filtered: Json | undefined,
  response: Response,
  all: readonly Response[],
): string | undefined {
  const entry = Array.isArray(filtered) ? filtered[response.request] : undefined;
  const siblings = all.filter((other) => other.request === response.request).length;
  const each = Array.isArray(entry) && entry.length === siblings;
  const answer = optionalText(each ? entry[response.index] : siblings === 1 ? entry : undefined)?.trim();
  if (answer === undefined || answer === '' || answer === '[invalid]') return undefined;
  return answer === response.text.trim() ? extractAnswer(answer) : answer;
}
