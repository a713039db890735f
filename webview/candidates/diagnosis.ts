import { t } from '@vscode/l10n';
import { CHOOSING, SELECTORS } from '../../src/core/bon/problem';
import type { BonReport } from '../../src/core/bon/report';
import { AGGREGATES } from '../../src/core/bon/scores';
import { count, counted } from '../../src/core/trace/words';
import type { PanelFile } from '../../src/shared/candidates';
import { el } from '../ui/dom';
import { REASONS } from './columns';
import { estimateCell, numberCell, percent, table } from './words';

/** Accuracies of every rule at every N, with their intervals. */
export function accuracyTable({ n, mean, missed, ties, problems }: BonReport): HTMLElement {
  const sizes = Object.keys(n);
  const head = [
    t('rule'),
    ...sizes.map((size) => `@${size}`),
    ...(mean === null ? [] : [t('mean')]),
    t('missed'),
    t('ties'),
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
  const caption = t(
    'Accuracy in % with 95 % interval, over {0} problems; "missed": a right candidate was there; "ties": problems with a shared top',
    count(problems),
  );
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
  const head = [
    t('aggregates'),
    t('choose differently'),
    t('only the first is right'),
    t('only the second is right'),
  ];
  return table(t('Flips between aggregates'), head, rows);
}

/** Where the lowest score stands. */
export function minimumChart({ minimum }: BonReport): HTMLElement {
  const title = el('h3', t('Position of the lowest score'));
  if (minimum === null) return el('div', title, el('p.dim', t('No candidate has two scored steps.')));
  const { solutions, last, lastByChance, tenths } = minimum;
  const most = Math.max(...tenths, 0.01);
  const bars = tenths.map((share) => {
    const bar = el('div.column', el('span.value', `${Math.round(100 * share)}`), el('div.block'));
    (bar.lastChild as HTMLElement).style.height = `${Math.round((56 * share) / most)}px`;
    return bar;
  });
  const chart = el('div.histogram', ...bars);
  chart.setAttribute('role', 'img');
  const spoken = tenths.map((share, index) => t('tenth {0}: {1}', index + 1, percent(share))).join(', ');
  chart.setAttribute('aria-label', t('Share of candidates whose lowest score is in each tenth. {0}', spoken));
  const words = [
    t(
      'In the last step: {0} of {1} candidates; by chance it would be {2}.',
      percent(last),
      count(solutions),
      percent(lastByChance),
    ),
  ];
  if (last > 2 * lastByChance)
    words.push(t('Scores that drift to the last step judge the outcome, not the process.'));
  const axis = el('p.axis', el('span', t('start')), el('span', t('end')));
  return el('div', title, chart, axis, el('p', words.join(' ')));
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
    t("Correlation (Spearman's) of a candidate's score with its length"),
    [t('aggregate'), t('steps'), t('characters')],
    rows,
  );
}

/** What the numbers rest on, one phrase each. */
export function factList(file: PanelFile, report: BonReport | undefined): HTMLElement {
  const facts: string[] = [`${file.format}, ${counted(file.rows, 'row')}`];
  if (file.malformed > 0)
    facts.push(
      [t('{0} left out.', counted(file.malformed, 'malformed row')), file.firstMalformed ?? '']
        .join(' ')
        .trim(),
    );
  if (report !== undefined) facts.push(...reportFacts(report));
  return el('ul.facts-list', ...facts.map((fact) => el('li', fact)));
}

function reportFacts(report: BonReport): string[] {
  const { problems, candidates, excluded, remarks, scores, grader, verdicts } = report;
  const some = (value: number, words: (value: string) => string): string[] =>
    value === 0 ? [] : [words(count(value))];
  const kinds = {
    steps: t('scores of steps'),
    solutions: t("solutions' own scores"),
    none: t('no scores'),
  };
  return [
    t('{0} candidates of {1} problems take part', count(candidates), count(problems)),
    ...Object.entries(REASONS).flatMap(([reason, words]) =>
      some(excluded[reason as keyof typeof excluded], (n) => t('{0} candidates left out: {1}', n, words)),
    ),
    ...some(report.emptyProblems, (n) => t('{0} problems have no candidate left', n)),
    `${kinds[scores.of]}${scores.areLogits ? `, ${t('logits')}` : ''}`,
    t(
      'graded by {0} {1}: {2}; as recorded: {3}',
      grader.name,
      grader.version,
      count(verdicts.graded),
      count(verdicts.recorded),
    ),
    ...some(report.disagreements, (n) => t('the grader and the file disagree on {0} verdicts', n)),
    ...some(remarks.noAnswer, (n) =>
      t('{0} candidates without an answer: counted as wrong, without a vote', n),
    ),
    ...some(remarks.empty, (n) => t('{0} candidates without text: ranked last', n)),
    ...some(remarks.percentSign, (n) =>
      t('{0} answers differ from the gold answer only by a percent sign', n),
    ),
    ...some(remarks.undecided, (n) => t('{0} answers that the grader could not decide: counted as wrong', n)),
    ...some(remarks.otherGold, (n) =>
      t('{0} candidates graded by a gold answer that is not the first of their problem', n),
    ),
    ...(report.tooLarge.length === 0 ? [] : [t('no problem has {0} candidates', report.tooLarge.join(', '))]),
  ];
}
