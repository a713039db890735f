import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Note, Trajectory } from '../../trajectory';
import { goldAnswer, optionalAnswer } from '../answers';
import { optionalNumber, readColumn, readVerdicts } from '../candidates';
import { firstText, isTextList, listedSteps, requireText, requireTexts } from '../fields';
import type { Format, Json, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';

/**
 * Qwen2.5-Math's evaluation (QwenLM/Qwen2.5-Math, evaluation/). Result rows (math_eval.py, rm_maj_eval.py) hold the
 * candidates' whole texts in `code`, their answers in `pred`, verdicts in `score`, and after scoring by an outcome
 * model `pred_score`, a list of one number per candidate. Inputs of the PRM hold one solution in `query` and
 * `response`, which is a list of its steps; `response` in result rows repeats `code`.
 */
export const qwenMath: Format = {
  id: 'qwen-math',
  title: t('Qwen2.5-Math evaluation'),
  signature: t('question, code (a list of texts) and pred, or query and response (a list of steps)'),
  reads: [
    'question',
    'code',
    'pred',
    'score',
    'pred_score',
    'gt',
    'answer',
    'query',
    'response',
    'idx',
    'id',
  ],
  split: 'blank-line',
  recognise(row) {
    if (typeof row.question === 'string' && isTextList(row.code)) {
      const columns = ['pred', 'score', 'pred_score'].filter((name) => Array.isArray(row[name]));
      return columns.length === 0 ? undefined : t('question, code and {0}', columns.join(', '));
    }
    return typeof row.query === 'string' && isTextList(row.response) ? t('query and response') : undefined;
  },
  read(row, split) {
    return row.code === undefined ? readInput(row) : readResults(row, split);
  },
};

function readResults(row: JsonObject, split: SplitRule | undefined): Result<Trajectory[]> {
  const problem = requireText(row.question, 'question');
  if (!problem.ok) return problem;
  const texts = requireTexts(row.code, 'code', (n) => t('candidate {0}', n));
  if (!texts.ok) return texts;
  const candidates = texts.value.length;
  const verdicts = readVerdicts(row.score, 'score', candidates);
  if (!verdicts.ok) return verdicts;
  const answers = readColumn(row.pred, 'pred', candidates, 'answers-not-read');
  const scores = readColumn(row.pred_score, 'pred_score', candidates);
  const trajectories = texts.value.map((text, index): Trajectory => {
    const notes: Note[] = [...answers.notes, ...scores.notes];
    const steps = textSteps(text, ['code', index], { usual: 'blank-line', chosen: split }, notes);
    return {
      id: firstText(row.idx, row.id) ?? null,
      problem: problem.value,
      steps,
      gold: goldAnswer(row.gt, row.answer),
      answer: optionalAnswer(answers.entries[index]) ?? finalAnswer(steps),
      finalCorrect: verdicts.value[index],
      score: onlyNumber(scores.entries[index]),
      notes,
    };
  });
  return ok(trajectories);
}

/** A score alone or in a list of one. */
function onlyNumber(value: Json | undefined): number | undefined {
  return optionalNumber(Array.isArray(value) && value.length === 1 ? value[0] : value);
}

function readInput(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.query, 'query');
  if (!problem.ok) return problem;
  const texts = requireTexts(row.response, 'response');
  if (!texts.ok) return texts;
  const steps = listedSteps('response', texts.value, []);
  const id = firstText(row.idx, row.id) ?? null;
  const gold = goldAnswer(row.gt, row.answer);
  return ok([{ id, problem: problem.value, steps, gold, answer: finalAnswer(steps), notes: [] }]);
}
