import { hasFalseEquation } from '../../check/check';
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
    answer === undefined ? '' : code(answer),
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
    fenced(problem),
    '',
    gold === undefined ? 'No gold answer.' : `Gold answer: ${code(gold)}`,
    '',
    `Among the first ${n}: ${selectionStrip(comparison)}. ${sources(comparison)}`,
    divergence,
    '',
    ...table,
    ...candidates.flatMap((candidate) => [
      '',
      `## Candidate ${candidate.number} (${verdictWord(candidate.isCorrect)})`,
      ...candidate.steps.flatMap((step, index) => ['', stepTitle(step, index + 1), '', fenced(step.text)]),
    ]),
    '',
  ].join('\n');
}

function stepTitle(step: ComparedStep, number: number): string {
  const score = step.score === undefined ? '' : `, score ${spelled(step.score)}`;
  return `Step ${number}${score}${hasFalseEquation(step) ? ', ≠ false equation' : ''}`;
}

/** A text in a fence that is longer than any in it. */
function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

/** A text as code within a line of a table. */
function code(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  const ticks = '`'.repeat(longestRun(line) + 1);
  // A bar ends a cell even in code, unless it is escaped.
  const cell = line.replaceAll('|', '\\|');
  return /^`|`$/u.test(cell) ? `${ticks} ${cell} ${ticks}` : `${ticks}${cell}${ticks}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/gu) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}
