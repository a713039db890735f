import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { StepCheck } from '../../core/check/check';
import { decidedWords, describeEquation } from '../../core/check/words';
import type { Computed } from '../../core/scores/computed';
import { rankWords, type ScoreScale } from '../../core/scores/levels';
import { liveFact } from '../../core/trace/live';
import { entryAt, type StepEntry, stepAt, type TraceEntry } from '../../core/trace/page';
import { count, counted, FALSE_SIGN, glyph, labelWords, probability } from '../../core/trace/words';
import type { ScoreScales } from '../scores/scoreScales';
import { parseTraceUri } from './address';
import { actionLinks } from './hoverActions';
import type { TraceLive } from './live';
import type { TracePages } from './pages';

/** The detail of a step or a trajectory under the mouse. Step text is untrusted and stays plain text. */
export class TraceHover implements vscode.HoverProvider {
  constructor(
    private readonly pages: TracePages,
    private readonly live: TraceLive,
    private readonly scales: ScoreScales,
  ) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const page = this.pages.page(document.uri);
    if (page !== undefined && position.line === 0)
      return headingDetail(this.live.headingWords(document.uri, page));
    const entry = page && entryAt(page, position.line);
    if (page === undefined || entry === undefined || position.line > entry.endLine) return undefined;
    const computed = this.live.computedOf(page, entry);
    const step = stepAt(entry, position.line);
    if (step === undefined)
      return position.line === entry.line ? new vscode.Hover(trajectoryDetail(entry, computed)) : undefined;
    // Over the text itself a hover would only be in the way of reading.
    if (position.line !== step.line || position.character > step.textColumn) return undefined;
    const source = parseTraceUri(document.uri)?.source;
    const ranks = { recorded: this.scales.recorded(source), computed: this.scales.computed(source) };
    return new vscode.Hover([stepDetail(entry, step, computed, ranks), actionLinks(document.uri, step.line)]);
  }
}

/** What stands behind the heading, a line each; there a narrow window may cut it off. */
function headingDetail(words: readonly string[]): vscode.Hover {
  return new vscode.Hover(new vscode.MarkdownString().appendText(words.join('\n')));
}

function trajectoryDetail(entry: TraceEntry, computed: Computed | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const row = t('row {0}', count(entry.row));
  text.appendText(`${entry.title}, ${row}\n${counted(entry.steps.length, 'step')}`);
  for (const fact of [entry.detail, liveFact(computed), allComputed(computed)])
    if (fact !== '') text.appendText(`\n${fact}`);
  return text;
}

/** Scores that the hover of a trajectory lists. */
const LISTED_SCORES = 100;

/** The computed scores of all steps, which on the page are no text that could be read aloud. */
function allComputed(computed: Computed | undefined): string {
  if (computed?.state === 'pending') return t('Computed: {0}', t('on its way'));
  if (computed?.state !== 'scored') return '';
  const scores = computed.scores.slice(0, LISTED_SCORES).map(decimals);
  const more = computed.scores.length - scores.length;
  return t('Computed: {0}', scores.join(' ') + (more > 0 ? ` ${t('and {0} more', count(more))}` : ''));
}

/** What scores of the file and of the model are ranked by. */
interface Ranks {
  readonly recorded: ScoreScale;
  readonly computed: ScoreScale;
}

function stepDetail(
  entry: TraceEntry,
  step: StepEntry,
  all: Computed | undefined,
  ranks: Ranks,
): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendText(`${t('Step {0} of {1}', step.number, entry.steps.length)}\n`);
  const from = step.edited?.from;
  const origin =
    step.edited === undefined ? t('from the file') : t('edited; the file says {0}', labelWords(from));
  text.appendText(t('Label: {0}, {1}', `${glyph(step.label)} ${labelWords(step.label)}`, origin));
  if (entry.firstError === step.number) text.appendText(` (${t('first error')})`);
  text.appendText(`\n${t('Score: {0}', scoreWords(entry, step))}${rankLine(step.score, ranks.recorded)}`);
  const computed = computedWords(all, step);
  if (computed !== undefined) {
    const own = all?.state === 'scored' && !all.stale ? all.scores[step.number - 1] : undefined;
    text.appendText(`\n${t('Computed: {0}', computed)}${rankLine(own, ranks.computed)}`);
  }
  const arithmetic = checkWords(step.check);
  if (arithmetic !== undefined) text.appendText(`\n${t('Arithmetic: {0}', arithmetic)}`);
  for (const other of step.alternatives ?? []) {
    text.appendText(`\n\n${t('Alternative')} ${glyph(other.label)} ${other.text.slice(0, 300)}`);
  }
  return text;
}

/** Where a score ranks and what it is coloured by, as a line of its own. */
function rankLine(score: number | undefined, scale: ScoreScale): string {
  const words = score === undefined ? '' : rankWords(score, scale);
  return words === '' ? '' : `\n${words}`;
}

/** Equations that a hover lists; the false ones come first. */
const LISTED = 8;

function checkWords(check: StepCheck): string | undefined {
  if (check.equations === 0) return undefined;
  const sorted = [...check.decided].sort((a, b) => Number(a.isTrue) - Number(b.isTrue));
  const lines = sorted
    .slice(0, LISTED)
    .map((equation) => `\n${equation.isTrue ? '=' : FALSE_SIGN} ${describeEquation(equation)}`);
  const more = sorted.length - lines.length;
  if (more > 0) lines.push(`\n${t('and {0} more', count(more))}`);
  return `${decidedWords(check)}${lines.join('')}`;
}

function scoreWords(entry: TraceEntry, step: StepEntry): string {
  if (step.score === undefined) return t('none recorded');
  const logit =
    step.score === probability(step.score)
      ? ''
      : ` (${t('a logit; sigmoid {0}', decimals(probability(step.score)))})`;
  const before = entry.steps[step.number - 2]?.score;
  const change =
    before === undefined ? '' : `, ${changeWords(step.score - before, t('step {0}', step.number - 1))}`;
  return t('{0}, recorded in the file', `${decimals(step.score)}${logit}`) + change;
}

/** What the model says of a step: its score, against the recorded one and the step before, and whose it is. */
function computedWords(computed: Computed | undefined, step: StepEntry): string | undefined {
  if (computed?.state === 'pending') return t('on its way');
  if (computed?.state === 'failed') return t('none. {0}', computed.fault.message);
  const score = computed?.scores[step.number - 1];
  if (computed === undefined || score === undefined) return undefined;
  const { model, provider, time } = computed.by;
  const recorded =
    step.score === undefined
      ? ''
      : `, ${changeWords(score - probability(step.score), t('the recorded one'))}`;
  const before = computed.scores[step.number - 2];
  const change =
    before === undefined ? '' : `, ${changeWords(score - before, t('step {0}', step.number - 1))}`;
  const stale = computed.stale ? `; ${t('another model is selected now')}` : '';
  const when = new Date(time).toLocaleString();
  return `${decimals(score)}${recorded}${change}\n${t('by {0} on {1}, {2}', model, provider, when)}${stale}`;
}

/** A difference of scores in words; `against` names what it is a difference to. */
function changeWords(change: number, against: string): string {
  if (change === 0) return t('the same as {0}', against);
  const size = decimals(Math.abs(change));
  return change < 0 ? t('{0} below {1}', size, against) : t('{0} above {1}', size, against);
}

/** A score in three decimals, which tell steps apart that two do not. */
function decimals(score: number): string {
  return score.toFixed(3);
}
