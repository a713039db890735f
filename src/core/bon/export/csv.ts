import { hasFalseEquation } from '../../check/check';
import { csvCell } from '../../safeText';
import { type ComparedCandidate, type Comparison, verdictWord } from '../comparison';
import { AGGREGATES } from '../scores';

const HEAD = [
  'candidate',
  'row',
  'verdict',
  'answer',
  ...AGGREGATES,
  'chosen by',
  'tokens',
  'scored by',
  'step',
  'score',
  'arithmetic',
  'text',
];

/**
 * A comparison as CSV (RFC 4180): a row per step, the candidate's own columns repeated in each; a candidate without
 * steps has one row. Numbers have all their digits. `scored by` is `file` or the model's name; `arithmetic` says
 * `false` of a step with a false equation.
 */
export function comparisonCsv({ candidates, scoredBy = 'file' }: Comparison): string {
  const rows = candidates.flatMap((candidate) => {
    const own = [...columnsOf(candidate), candidate.aggregates === undefined ? undefined : scoredBy];
    const steps = candidate.steps.map((step, index) => {
      return [...own, index + 1, step.score, hasFalseEquation(step) ? 'false' : undefined, step.text];
    });
    return steps.length > 0 ? steps : [[...own, undefined, undefined, undefined, undefined]];
  });
  return [HEAD, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

type Cell = string | number | undefined;

function columnsOf(candidate: ComparedCandidate): Cell[] {
  const { number, row, isCorrect, answer, aggregates, chosenBy, tokens } = candidate;
  const values = AGGREGATES.map((name) => aggregates?.[name]);
  return [number, row, verdictWord(isCorrect), answer, ...values, chosenBy.join(' '), tokens];
}

function cell(value: Cell): string {
  if (value === undefined) return '';
  return typeof value === 'number' ? String(value) : csvCell(value);
}
