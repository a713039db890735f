import { hasFalseEquation } from '../../check/check';
import { markdownBlock, markdownCode } from '../../safeText';
import { type ComparedStep, type Comparison, selectionStrip, verdictWord } from '../comparison';
import { AGGREGATES } from '../scores';
import { sources, spelled } from './words';

/**
 * A comparison as Markdown: the problem, the choices, a table of the candidates, then every candidate's steps. All
 * texts stand in code, so that nothing in them is read as Markdown or HTML.
 */
export function comparisonMarkdown(comparison: Comparison): string {
  const { problem, gold, n, candidates, firstDivergence } = comparison;
  const head = ['#', 'verdict', 'answer', ...AGGREGATES, 'chosen by', 'steps', 'row'];
  const rows = candidates.map(({ number, isCorrect, answer, aggregates, chosenBy, steps, row }) => [
    `${number}`,
    verdictWord(isCorrect),
    answer === undefined ? '' : markdownCode(answer),
    ...AGGREGATES.map((name) => spelled(aggregates?.[name])),
    chosenBy.join(', '),
    `${steps.length}`,
    `${row}`,
  ]);
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  const divergence =
    firstDivergence === undefined
      ? 'All candidates are the same.'
      : `First divergence: step ${firstDivergence}.`;
  return [
    '# Comparison of candidates',
    '',
    markdownBlock(problem),
    '',
    gold === undefined ? 'No gold answer.' : `Gold answer: ${markdownCode(gold)}`,
    '',
    `Among the first ${n}: ${selectionStrip(comparison)}. ${sources(comparison, markdownCode)}`,
    divergence,
    '',
    ...table,
    ...candidates.flatMap((candidate) => [
      '',
      `## Candidate ${candidate.number} (${verdictWord(candidate.isCorrect)})`,
      ...candidate.steps.flatMap((step, index) => [
        '',
        stepTitle(step, index + 1),
        '',
        markdownBlock(step.text),
      ]),
    ]),
    '',
  ].join('\n');
}

function stepTitle(step: ComparedStep, number: number): string {
  const score = step.score === undefined ? '' : `, score ${spelled(step.score)}`;
  return `Step ${number}${score}${hasFalseEquation(step) ? ', ≠ false equation' : ''}`;
}
