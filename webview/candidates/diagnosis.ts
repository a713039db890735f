import { CHOOSING, SELECTORS } from '../../src/core/bon/problem';
import type { BonReport } from '../../src/core/bon/report';
import { AGGREGATES } from '../../src/core/bon/scores';
import { count } from '../../src/core/trace/words';
import type { PanelFile } from '../../src/shared/candidates';
import { el } from '../ui/dom';
import { REASONS } from './columns';
import { estimateCell, numberCell, percent, table } from './words';

/** Accuracies of every rule at every N, with their intervals. */
export function accuracyTable({ n, mean, missed, ties, problems }: BonReport): HTMLElement {
  const sizes = Object.keys(n);
  const head = [
    'rule',
    ...sizes.map((size) => `@${size}`),
    ...(mean === null ? [] : ['mean']),
    'missed',
    'ties',
  ];
  const rows = SELECTORS.map((selector): [string, ...HTMLElement[]] => [
    selector,
    ...sizes.map((size) => estimateCell(n[size]![selector])),
    ...(mean === null ? [] : [estimateCell(mean[selector])]),
    numberCell(
      CHOOSING.some((rule) => rule === selector) ? count(missed[selector as keyof typeof missed]) : '',
    ),
    numberCell(AGGREGATES.some((it) => it === selector) ? count(ties[selector as keyof typeof ties]) : ''),
  ]);
  const caption = `Accuracy in % with 95 % interval, over ${count(problems)} problems; "missed": a right candidate was there; "ties": problems with a shared top`;
  return table(caption, head, rows);
}

/** Problems in which two aggregates choose differently. */
export function flipTable({ flips, problems }: BonReport): HTMLElement {
  const rows = flips.map(({ a, b, differ, onlyA, onlyB }): [string, ...HTMLElement[]] => [
    `${a} / ${b}`,
    numberCell(`${count(differ)} (${percent(differ / Math.max(1, problems))})`),
    numberCell(count(onlyA)),
    numberCell(count(onlyB)),
  ]);
  const head = ['aggregates', 'choose differently', 'only the first is right', 'only the second is right'];
  return table('Flips between aggregates', head, rows);
}

/** Where the lowest score stands. */
export function minimumChart({ minimum }: BonReport): HTMLElement {
  const title = el('h3', 'Position of the lowest score');
  if (minimum === null) return el('div', title, el('p.dim', 'No candidate has two scored steps.'));
  const { solutions, last, lastByChance, tenths } = minimum;
  const most = Math.max(...tenths, 0.01);
  const bars = tenths.map((share) => {
    const bar = el('div.column', el('span.value', `${Math.round(100 * share)}`), el('div.block'));
    (bar.lastChild as HTMLElement).style.height = `${Math.round((56 * share) / most)}px`;
    return bar;
  });
  const chart = el('div.histogram', ...bars);
  chart.setAttribute('role', 'img');
  const spoken = tenths.map((share, index) => `tenth ${index + 1}: ${percent(share)}`).join(', ');
  chart.setAttribute('aria-label', `Share of candidates whose lowest score is in each tenth. ${spoken}`);
  const drift =
    last > 2 * lastByChance ? ' Scores that drift to the last step judge the outcome, not the process.' : '';
  const words = `In the last step: ${percent(last)} of ${count(solutions)} candidates; by chance it would be ${percent(lastByChance)}.${drift}`;
  return el('div', title, chart, el('p.axis', el('span', 'start'), el('span', 'end')), el('p', words));
}

/** Correlations of the aggregates with length. */
export function correlationTable({ correlation }: BonReport): HTMLElement | undefined {
  if (correlation === null) return undefined;
  const cell = (value: number | null): HTMLElement => numberCell(value === null ? '–' : value.toFixed(3));
  const rows = AGGREGATES.map((name): [string, ...HTMLElement[]] => {
    const { steps, characters } = correlation[name];
    return [name, cell(steps), cell(characters)];
  });
  return table(
    "Correlation (Spearman's) of a candidate's score with its length",
    ['aggregate', 'steps', 'characters'],
    rows,
  );
}

/** What the numbers rest on, one phrase each. */
export function factList(file: PanelFile, report: BonReport | undefined): HTMLElement {
  const facts: string[] = [`${file.format}, ${count(file.rows)} rows`];
  if (file.malformed > 0)
    facts.push(`${count(file.malformed)} malformed rows left out. ${file.firstMalformed ?? ''}`.trim());
  if (report !== undefined) facts.push(...reportFacts(report));
  return el('ul.facts-list', ...facts.map((fact) => el('li', fact)));
}

function reportFacts(report: BonReport): string[] {
  const { problems, candidates, excluded, remarks, scores, grader, verdicts } = report;
  const counted = (value: number, words: string): string[] =>
    value === 0 ? [] : [`${count(value)} ${words}`];
  const kinds = { steps: 'scores of steps', solutions: "solutions' own scores", none: 'no scores' };
  return [
    `${count(candidates)} candidates of ${count(problems)} problems take part`,
    ...Object.entries(REASONS).flatMap(([reason, words]) =>
      counted(excluded[reason as keyof typeof excluded], `candidates left out: ${words}`),
    ),
    ...counted(report.emptyProblems, 'problems have no candidate left'),
    `${kinds[scores.of]}${scores.areLogits ? ', logits' : ''}`,
    `graded by ${grader.name} ${grader.version}: ${count(verdicts.graded)}; as recorded: ${count(verdicts.recorded)}`,
    ...counted(report.disagreements, 'verdicts of the grader are not those of the file'),
    ...counted(remarks.noAnswer, 'candidates without an answer: wrong, no vote'),
    ...counted(remarks.empty, 'candidates without text: ranked last'),
    ...counted(remarks.percentSign, 'answers wrong by a percent sign alone'),
    ...counted(remarks.undecided, 'answers that the grader gave up on: wrong'),
    ...counted(
      remarks.otherGold,
      'candidates graded by a gold answer that is not the first of their problem',
    ),
    ...(report.tooLarge.length === 0 ? [] : [`no problem has ${report.tooLarge.join(', ')} candidates`]),
  ];
}
