import { t } from '@vscode/l10n';
import { type Choices, choosers } from '../../src/core/bon/comparison';
import { AGGREGATES } from '../../src/core/bon/scores';
import { hasFalseEquation } from '../../src/core/check/check';
import { COMPUTED_SIGN } from '../../src/core/scores/computed';
import { type Level, levelOf, type Thresholds } from '../../src/core/scores/levels';
import { count, counted } from '../../src/core/trace/words';
import { el } from '../ui/dom';
import { type CellStep, type Column, REASONS } from './columns';
import { answerMath, mathText } from './math';
import { verdictText } from './words';

/** How scores are read and coloured. */
export interface Scale {
  readonly areLogits: boolean;
  /** Whether a model of this machine gave them; else they stand in the file. */
  readonly areComputed: boolean;
  readonly thresholds: Thresholds;
}

const SVG = 'http://www.w3.org/2000/svg';
const [SPARK_WIDTH, SPARK_HEIGHT] = [96, 20];

/** A score on the 0 to 1 scale. */
export function share(score: number, { areLogits }: Scale): number {
  return areLogits ? 1 / (1 + Math.exp(-score)) : Math.max(0, Math.min(1, score));
}

/** The class of a score's colour. */
export function colour(score: number, scale: Scale): Level {
  return levelOf(share(score, scale), scale.thresholds);
}

/** A score in three significant decimals, as far as it has them. */
export function scoreWords(score: number): string {
  return score !== 0 && Math.abs(score) < 0.0005 ? score.toExponential(1) : score.toFixed(3);
}

/** Fills the head of a candidate's column. */
export function fillHead(cell: HTMLElement, column: Column, choices: Choices, scale: Scale): void {
  const { number, isCorrect, answer, leftOut, aggregates, steps, tokens } = column;
  const rules = number === undefined ? [] : choosers(choices, number);
  const verdict = leftOut === undefined ? verdictText(isCorrect) : t('left out');
  const tone = leftOut !== undefined || isCorrect === undefined ? 'dim' : isCorrect ? 'good' : 'bad';
  const name = el('div.name', el('strong', column.name), el(`span.${tone}`, verdict));
  name.dataset.outside = t('not among the first N');
  const said = answer === undefined ? el('em', t('no answer')) : answerMath(answer);
  const length =
    tokens === undefined ? t('{0} chars', count(column.characters)) : t('{0} tokens', count(tokens));
  cell.replaceChildren(
    name,
    el('div.answer', said),
    el(
      'div.facts',
      el('span', `${counted(steps.length, 'step')} · ${length}`),
      ...(column.minimum < 0 ? [] : [spark(column, scale)]),
    ),
    ...(aggregates === undefined
      ? [el('div.aggregates', leftOut === undefined ? t('no scores') : REASONS[leftOut])]
      : [el('div.aggregates', ...aggregateWords(column, aggregates))]),
    ...(rules.length === 0 ? [] : [el('div.rules', `★ ${rules.join(', ')}`)]),
  );
}

/** The aggregates; of a solution that was scored as a whole all of them are that score, but for the scale. */
function aggregateWords({ minimum }: Column, values: NonNullable<Column['aggregates']>): HTMLElement[] {
  if (minimum < 0) return [aggregate(t('score of the solution'), values.last)];
  return AGGREGATES.map((name) => aggregate(name, values[name]));
}

/** An aggregate in short, with its digits in the tooltip. */
function aggregate(name: string, value: number): HTMLElement {
  const element = el('span', `${name} ${value.toFixed(2)}`);
  element.title = `${name} ${value}`;
  return element;
}

/** The scores of a candidate's steps as a line; the numbers stand in the cells. */
function spark({ steps, minimum }: Column, scale: Scale): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'spark');
  svg.setAttribute('viewBox', `0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`);
  svg.setAttribute('aria-hidden', 'true');
  const last = Math.max(1, steps.length - 1);
  const at = (index: number, score: number): string =>
    `${(3 + (index / last) * (SPARK_WIDTH - 6)).toFixed(1)},${(SPARK_HEIGHT - 3 - share(score, scale) * (SPARK_HEIGHT - 6)).toFixed(1)}`;
  const points = steps.flatMap(({ score }, index) => (score === undefined ? [] : [at(index, score)]));
  const line = document.createElementNS(SVG, 'polyline');
  line.setAttribute('points', points.join(' '));
  svg.append(line);
  const least = steps[minimum]?.score;
  if (least !== undefined) {
    const dot = document.createElementNS(SVG, 'circle');
    const [x, y] = at(minimum, least).split(',');
    dot.setAttribute('cx', x!);
    dot.setAttribute('cy', y!);
    dot.setAttribute('r', '2.5');
    dot.setAttribute('class', colour(least, scale));
    svg.append(dot);
  }
  return svg;
}

/** Fills a step's cell. */
export function fillStep(cell: HTMLElement, column: Column, index: number, scale: Scale): void {
  const step = column.steps[index];
  if (step === undefined) {
    cell.classList.add('ended');
    cell.replaceChildren(el('span.dim', index === column.steps.length ? t('end') : ''));
    return;
  }
  if (step.score !== undefined) cell.classList.add('scored', colour(step.score, scale));
  if (step.sameAs !== undefined) cell.classList.add('same');
  const text = el('div.text', stepText(step.text));
  // Where no step has a score, none needs to say so.
  const isBare = column.minimum < 0 && step.sameAs === undefined && !hasFalseEquation(step);
  cell.replaceChildren(...(isBare ? [] : [meta(step, index === column.minimum, scale)]), text);
}

/** A step's text with its formulas; that of an empty step in words. */
export function stepText(text: string): HTMLElement {
  return text.trim() === '' ? el('em', t('no text')) : mathText(text.trim());
}

function meta(step: CellStep, isMinimum: boolean, scale: Scale): HTMLElement {
  const { score, sameAs } = step;
  const parts: (string | HTMLElement)[] = [];
  if (score !== undefined) {
    const bar = el('span.bar', el('span.fill'));
    bar.setAttribute('aria-hidden', 'true');
    (bar.firstChild as HTMLElement).style.width = `${Math.round(100 * share(score, scale))}%`;
    const sign = scale.areComputed ? `${COMPUTED_SIGN} ` : '';
    parts.push(el('span.score', `${sign}${scoreWords(score)}`), bar);
  }
  if (isMinimum) parts.push(el('span.tag', t('lowest')));
  if (sameAs !== undefined) parts.push(el('span.tag', t('as #{0}', sameAs)));
  if (hasFalseEquation(step)) parts.push(el('span.tag.bad', `≠ ${t('false equation')}`));
  return el('div.meta', ...parts);
}
