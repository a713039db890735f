import { hasFalseEquation } from '../../check/check';
import { htmlText } from '../../safeText';
import {
  type ComparedCandidate,
  type ComparedStep,
  type Comparison,
  selectionStrip,
  verdictWord,
} from '../comparison';
import { AGGREGATES } from '../scores';
import { sources, spelled } from './words';

/** Follows the reader's light or dark theme; no script, nothing from a network. */
const STYLE = `
:root { color-scheme: light dark; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 1.5rem; }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.scroll { overflow: auto; max-height: 90vh; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
table { border-collapse: collapse; }
th, td { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .4rem .6rem; vertical-align: top; text-align: left; font-weight: normal; }
thead th { position: sticky; top: 0; background: Canvas; z-index: 1; }
tbody th { position: sticky; left: 0; background: Canvas; }
td { min-width: 16rem; max-width: 28rem; }
.divergence > * { border-top: 3px solid; }
.correct { color: light-dark(#116329, #7ee787); }
.wrong { color: light-dark(#a40e26, #ffa198); }
.score { font-variant-numeric: tabular-nums; opacity: .8; }
.bar { display: inline-block; width: 4rem; height: .6rem; border: 1px solid; margin-right: .4rem; }
.bar > i { display: block; height: 100%; background: currentColor; }
`;

/** The policy that keeps the page from loading or running anything, whatever stands in the texts. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * A comparison as one HTML file that needs nothing else: a column per candidate, a row per step, the first divergence
 * marked, the score as a bar and a number. All texts are escaped; LaTeX stands as it is written.
 * @param areLogits scores outside [0, 1] are logits, and a bar shows their sigmoid
 */
export function comparisonHtml(comparison: Comparison, areLogits: boolean): string {
  const { problem, gold, n, candidates, firstDivergence } = comparison;
  const longest = candidates.reduce((most, { steps }) => Math.max(most, steps.length), 0);
  const rows = Array.from({ length: longest }, (_, step) => {
    const mark = step + 1 === firstDivergence ? ' class="divergence"' : '';
    const title = mark === '' ? `${step + 1}` : `${step + 1} (first divergence)`;
    const cells = candidates.map(
      ({ steps }) => `<td>${steps[step] === undefined ? '' : stepCell(steps[step], areLogits)}</td>`,
    );
    return `<tr${mark}><th scope="row">${title}</th>${cells.join('')}</tr>`;
  });
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>Comparison of ${candidates.length} candidates</title><style>${STYLE}</style></head><body>`,
    `<h1>Comparison of ${candidates.length} candidates</h1><pre>${htmlText(problem)}</pre>`,
    `<p>${gold === undefined ? 'No gold answer.' : `Gold answer: <code>${htmlText(gold)}</code>`}</p>`,
    `<p>Among the first ${n}: ${htmlText(`${selectionStrip(comparison)}. ${sources(comparison, String)}`)}</p>`,
    '<div class="scroll" tabindex="0" role="region" aria-label="Candidates, step by step"><table>',
    `<thead><tr><th scope="col">step</th>${candidates.map(headCell).join('')}</tr></thead>`,
    `<tbody>${rows.join('\n')}</tbody></table></div>`,
    '</body></html>',
    '',
  ].join('\n');
}

function headCell(candidate: ComparedCandidate): string {
  const { number, row, isCorrect, answer, aggregates, chosenBy, tokens } = candidate;
  const verdict = verdictWord(isCorrect);
  const lines = [
    `<strong>#${number}</strong> <span class="${verdict.replace(' ', '-')}">${verdict}</span>`,
    answer === undefined ? 'no answer' : `answer <code>${htmlText(answer)}</code>`,
    ...(aggregates === undefined
      ? ['no scores']
      : [AGGREGATES.map((name) => `${name} ${spelled(aggregates[name])}`).join(', ')]),
    ...(chosenBy.length > 0 ? [`chosen by ${chosenBy.join(', ')}`] : []),
    `row ${row}${tokens === undefined ? '' : `, ${tokens} tokens`}`,
  ];
  return `<th scope="col">${lines.join('<br>')}</th>`;
}

function stepCell(step: ComparedStep, areLogits: boolean): string {
  const { text, score } = step;
  const wrong = hasFalseEquation(step) ? '<div class="wrong">≠ false equation</div>' : '';
  if (score === undefined) return `${wrong}<pre>${htmlText(text)}</pre>`;
  const share = Math.max(0, Math.min(1, areLogits ? 1 / (1 + Math.exp(-score)) : score));
  const bar = `<span class="bar" aria-hidden="true"><i style="width:${Math.round(100 * share)}%"></i></span>`;
  return `<div class="score">${bar}${spelled(score)}</div>${wrong}<pre>${htmlText(text)}</pre>`;
}
