import type { Accuracies } from '../core/bon/accuracy';
import { SELECTORS } from '../core/bon/problem';
import type { BonReport } from '../core/bon/report';
import { AGGREGATES } from '../core/bon/scores';
import { printable, shorten } from '../core/trace/words';
import type { BonFile } from '../io/bonFile';

/** Malformed rows and problems with regret that are listed. */
const LISTED = 5;
/** Characters of a problem that are shown. */
const CUT = 60;

/** The numbers of Best-of-N as text. */
export function describeBon(file: string, { source, summary, report }: BonFile): string {
  const { format } = source;
  const lines = [
    `${file === '-' ? 'Standard input' : file}: ${format.title} (${format.id}); ${source.why}`,
    ...countLines(report),
    '',
    ...accuracyLines(report),
    '',
    ...diagnosisLines(report),
    ...summary.malformed
      .slice(0, LISTED)
      .map(({ row, message }) => `malformed ${row === undefined ? 'file' : `row ${row}`}: ${message}`),
    ...(summary.malformed.length > LISTED
      ? [`  ${number(summary.malformedRows)} malformed rows; --json lists them`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function countLines(report: BonReport): string[] {
  const { excluded, remarks, verdicts, grader, scores, options } = report;
  const parts = (counts: readonly (readonly [number, string])[]) =>
    counts.filter(([count]) => count > 0).map(([count, what]) => `${number(count)} ${what}`);
  const left = parts([
    [excluded.noVerdict, 'without gold answer or verdict'],
    [excluded.noScores, 'without scores'],
    [excluded.partialScores, 'with scores for some steps only'],
    [report.emptyProblems, 'problems left without a candidate'],
  ]);
  const odd = parts([
    [remarks.noAnswer, 'without an answer'],
    [remarks.empty, 'without text'],
    [remarks.percentSign, 'wrong by a percent sign alone'],
    [remarks.undecided, 'whose answer could not be graded (wrong)'],
    [remarks.otherGold, 'with another gold answer than the first of the problem'],
  ]);
  const kind = { steps: 'of steps', solutions: 'of whole solutions', none: 'none' }[scores.of];
  const subset =
    options.subset === 'all' ? 'mean over all subsets of n candidates' : 'the first n candidates';
  return [
    `${number(report.problems)} problems, ${number(report.candidates)} candidates; scores: ${kind}${scores.areLogits ? ' (logits)' : ''}`,
    ...(left.length > 0 ? [`left out: ${left.join(', ')}`] : []),
    ...(odd.length > 0 ? [`of the candidates: ${odd.join(', ')}`] : []),
    `verdicts: ${number(verdicts.graded)} by the grader ${grader.name} ${grader.version}, ${number(verdicts.recorded)} recorded; ${number(report.disagreements)} disagreements`,
    `${subset}; ties go to the lowest index; votes weighted by ${options.weight}; seed ${options.seed}; 95 % bootstrap intervals over problems`,
  ];
}

/** A table with a row per selector and a column per n. */
function accuracyLines({ n, mean, tooLarge }: BonReport): string[] {
  const columns: [string, Accuracies][] = Object.entries(n).map(([size, row]) => [`@${size}`, row]);
  if (mean !== null && mean.random !== null) columns.push(['mean', mean]);
  const cells = [
    ['', ...columns.map(([name]) => name)],
    ['problems', ...columns.map(([, { random }]) => number(random?.problems ?? 0))],
    ...SELECTORS.map((selector) => [
      selector,
      ...columns.map(([, row]) => {
        const estimate = row[selector];
        if (estimate === null) return '-';
        return `${percent(estimate.accuracy)} [${percent(estimate.low)}, ${percent(estimate.high)}]`;
      }),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return tooLarge.length === 0
    ? lines
    : [...lines, `no problem has enough candidates for ${tooLarge.join(', ')}`];
}

function diagnosisLines(report: BonReport): string[] {
  const { ties, missed, minimum, flips, regrets } = report;
  const lines: string[] = [];
  const hasScores = report.scores.of !== 'none';
  if (hasScores) {
    lines.push(`ties for the top: ${AGGREGATES.map((name) => `${name} ${number(ties[name])}`).join(', ')}`);
    const flipped = flips.filter(({ differ }) => differ > 0);
    const said = flipped.map(
      ({ a, b, differ, onlyA, onlyB }) => `${a}/${b} ${differ} (${onlyA} to ${onlyB})`,
    );
    if (said.length > 0)
      lines.push(`different choices (only the first right to only the second): ${said.join(', ')}`);
  }
  const misses = Object.entries(missed).filter(([, count]) => count > 0);
  if (misses.length > 0) {
    lines.push(
      `right candidate missed: ${misses.map(([rule, count]) => `${rule} ${number(count)}`).join(', ')}`,
    );
  }
  if (minimum !== null) {
    lines.push(
      `lowest score in the last step: ${percent(minimum.last)} % of ${number(minimum.solutions)} (by chance ${percent(minimum.lastByChance)} %)`,
    );
  }
  for (const { row, title, correct, candidates, missed: rules } of regrets.slice(0, LISTED)) {
    lines.push(
      `  row ${row}: ${correct} of ${candidates} correct, missed by ${rules.join(', ')}: ${shorten(printable(title), CUT)}`,
    );
  }
  return lines;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
