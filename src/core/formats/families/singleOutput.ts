import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { userText } from '../chatPrompt';
import { firstText, optionalText, requireText } from '../fields';
import type { Format, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';
import { zeroOrOne } from './verl';

/**
 * Evaluation files with one output per question: the text `model_prediction`, the answer `pred` found in it, `gold`
 * and the verdict `result`.
 */
export const singleOutput: Format = {
  id: 'single-output',
  title: t('one output per question'),
  signature: t('question or prompt, model_prediction and result'),
  split: 'line',
  reads: ['id', 'idx', 'question', 'prompt', 'answer', 'model', 'model_prediction', 'pred', 'gold', 'result'],
  recognise(row) {
    const asked = typeof row.question === 'string' || typeof row.prompt === 'string';
    const judged = row.result !== undefined || row.gold !== undefined;
    return asked && judged && typeof row.model_prediction === 'string'
      ? t('question or prompt, model_prediction and result')
      : undefined;
  },
  read,
};

function read(row: JsonObject, chosen?: SplitRule): Result<Trajectory[]> {
  const { question, prompt } = row;
  const problem =
    typeof question === 'string' ? question : typeof prompt === 'string' ? userText(prompt) : undefined;
  if (problem === undefined) return fail(t('The row has no problem: neither question nor prompt is a text.'));
  const text = requireText(row.model_prediction, 'model_prediction');
  if (!text.ok) return text;
  const steps = textSteps(text.value, ['model_prediction'], { usual: 'line', chosen });
  return ok([
    {
      id: firstText(row.id, row.idx) ?? null,
      problem,
      steps,
      gold: goldAnswer(row.gold) ?? goldAnswer(row.answer),
      answer: optionalText(row.pred) ?? finalAnswer(steps),
      finalCorrect: zeroOrOne(row.result),
      generator: optionalText(row.model),
      notes: [],
    },
  ]);
}
