import { t } from '@vscode/l10n';
import { type Choices, choose, type Rule } from '../../src/core/bon/comparison';
import { CHOOSING } from '../../src/core/bon/problem';
import { type ShownProblem, showByModel } from '../../src/core/bon/shown';
import { type Thresholds, USUAL_THRESHOLDS } from '../../src/core/scores/levels';
import { count, shorten } from '../../src/core/trace/words';
import {
  DEFAULT_OPTIONS,
  type PanelFile,
  type PanelOptions,
  type StepAddress,
  type ToCandidates,
} from '../../src/shared/candidates';
import { choice, icon } from '../ui/controls';
import { el } from '../ui/dom';
import { arrange, type Column, columnsOf, countWords, FILTERS, modelWords, SCORES, SORTS } from './columns';
import { CandidateGrid } from './grid';
import { answerMath, mathText } from './math';
import { Reader } from './reader';
import { recall, remember, send } from './store';
import { verdictText } from './words';

/** The tab of one problem: its candidates side by side, and what every rule chooses among the first N. */
export class CandidatesTab {
  readonly element = el('section.candidates');
  private readonly previous = icon('‹', t('Previous problem'), () => this.step(-1));
  private readonly next = icon('›', t('Next problem'), () => this.step(1));
  private readonly where = el('span.where');
  private readonly problem = el('details.problem');
  /** A problem that is cut off can be opened, and shows that it can. */
  private readonly titleSize = new ResizeObserver(([entry]) => {
    const { scrollHeight, clientHeight } = entry!.target;
    if (!this.problem.hasAttribute('open'))
      this.problem.classList.toggle('long', scrollHeight > clientHeight + 1);
  });
  private readonly gold = el('div.answer-line');
  private readonly strip = el('ul.strip');
  private readonly said = el('div.said');
  private readonly counts = el('p.counts');
  private readonly model = el('p.by-model');
  private readonly none = el('p.none');
  private readonly slider = document.createElement('input');
  private readonly sliderValue = el('output');
  private readonly sliderLabel = el('label.slider', el('span', 'N'), this.slider, this.sliderValue);
  private readonly grid: CandidateGrid;
  private readonly reader = new Reader();
  private readonly sort = choice(t('Sort'), SORTS, (sort) => {
    remember({ sort });
    this.arrange();
  });
  private readonly filter = choice(t('Show'), FILTERS, (filter) => {
    remember({ filter });
    this.arrange();
  });
  private readonly scores = choice(t('Scores'), SCORES, (scores) =>
    send({ type: 'options', options: { ...this.options, scores } }),
  );
  private options = DEFAULT_OPTIONS;
  /** The problem as the file has it, and as it is shown. */
  private recorded: ShownProblem | undefined;
  private shown: ShownProblem | undefined;
  private scored: (readonly number[] | undefined)[] = [];
  private columns: Column[] = [];
  private choices: Choices | undefined;
  private file: PanelFile | undefined;
  private thresholds = { recorded: USUAL_THRESHOLDS, computed: USUAL_THRESHOLDS };

  constructor() {
    this.grid = new CandidateGrid({
      onFocus: (column, step) => this.onFocus(column, step),
      onOpen: (column, step, enter) => {
        const at = this.addressOf(column, step);
        if (at !== undefined) send({ type: 'reveal', at, enter });
      },
    });
    this.strip.setAttribute('aria-label', t('What every rule chooses'));
    this.said.setAttribute('aria-live', 'polite');
    this.slider.type = 'range';
    this.slider.min = '1';
    this.slider.setAttribute('aria-label', t('N, the candidates that the rules choose among'));
    this.slider.addEventListener('input', () => this.setN(Number(this.slider.value)));
    // Said when the slider rests: every step of it would be too much to listen to.
    this.slider.addEventListener('change', () => {
      this.said.textContent = [...this.strip.children].map((item) => item.textContent).join(', ');
    });
    const walk = el('div.walk', this.previous, this.where, this.next);
    const choices = [this.sort.element, this.filter.element, this.scores.element];
    const tools = el('div.tools', walk, ...choices, this.sliderLabel);
    this.scores.element.title = t(
      'Which scores to compare by. The File tab always uses the scores in the file. To write computed scores to a copy, run "CFPRM: Score file".',
    );
    this.sort.set(recall().sort);
    this.filter.set(recall().filter);
    const line = el('div.line', this.strip, this.counts, this.model);
    this.element.append(tools, this.problem, this.gold, line, this.said, this.none);
    this.element.append(this.grid.element, this.reader.element);
    this.clear('');
  }

  /** Shows nothing but a text. */
  clear(text: string): void {
    this.recorded = undefined;
    this.shown = undefined;
    this.grid.clear();
    this.none.textContent = text;
    this.element.classList.add('bare');
  }

  setFile(file: PanelFile): void {
    this.file = file;
    this.showPlace();
  }

  setOptions(options: PanelOptions): void {
    this.options = options;
    this.scores.set(options.scores ?? DEFAULT_OPTIONS.scores);
  }

  setThresholds(recorded: Thresholds, computed: Thresholds): void {
    this.thresholds = { recorded, computed };
    this.arrange();
  }

  /** Shows a problem by the scores of its file. */
  show(shown: ShownProblem): void {
    this.recorded = shown;
    this.scored = [];
    this.draw(shown);
  }

  /** Shows it by the scores that a model gave so far. */
  showScores({ model, anew, scores }: Extract<ToCandidates, { type: 'scores' }>): void {
    if (this.recorded === undefined) return;
    if (anew) this.scored = [];
    for (const [candidate, own] of scores) this.scored[candidate] = own;
    this.draw(showByModel(this.recorded, this.scored, model));
  }

  /** Draws a problem; one that is drawn already stays where it is, with what is new about it. */
  private draw(shown: ShownProblem): void {
    const isKnown = this.shown?.candidates.index === shown.candidates.index;
    this.shown = shown;
    this.none.textContent = shown.missing === 0 ? '' : gone(shown.missing);
    this.element.classList.remove('bare');
    this.columns = columnsOf(shown);
    const { problem } = shown.candidates;
    const all = problem.candidates.length;
    this.slider.max = String(Math.max(1, all));
    this.sliderLabel.classList.toggle('hidden', all < 2);
    this.counts.textContent = countWords(this.columns);
    const { model } = shown;
    this.model.textContent = model === undefined ? '' : modelWords(model, all);
    this.showProblem(shown);
    this.showPlace();
    this.setN(Math.min(recall().n ?? all, all), true);
    this.arrange();
    const { at } = recall();
    if (at === undefined) return;
    if (!isKnown) this.goTo(at);
    else if (!this.reader.element.hidden) this.reader.show(this.columns[this.columnOf(at)], at.step);
  }

  /** Moves to a step, if it is one of this problem. */
  goTo(at: StepAddress): void {
    const column = this.columnOf(at);
    if (column >= 0) this.grid.goTo(column, Math.max(0, at.step));
  }

  private setN(n: number, isNew = false): void {
    const { shown } = this;
    if (shown === undefined) return;
    const all = shown.candidates.problem.candidates.length;
    if (!isNew) remember({ n: n === all ? undefined : n });
    this.slider.value = String(n);
    this.sliderValue.textContent = t('{0} of {1}', n, all);
    this.choices = choose(shown.candidates, n, shown.candidates.scoring);
    this.showStrip(this.choices);
    send({ type: 'n', n });
    const { filter } = recall();
    if (filter === 'chosen' || filter === 'within') this.arrange();
    else this.grid.setChoices(this.choices);
  }

  private arrange(): void {
    const { shown, choices } = this;
    if (shown === undefined || choices === undefined) return;
    const { sort, filter } = recall();
    const order = arrange(this.columns, sort, filter, choices);
    this.element.classList.toggle('no-columns', order.length === 0);
    if (shown.missing === 0) {
      this.none.textContent =
        order.length > 0 ? '' : t('No candidate matches "Show". Select "all" to see every candidate.');
    }
    const { index: problem, scoring } = shown.candidates;
    const { areLogits } = scoring;
    const areComputed = shown.model !== undefined;
    const thresholds = areComputed ? this.thresholds.computed : this.thresholds.recorded;
    const scale = { areLogits, areComputed, thresholds };
    const { firstDivergence } = shown.comparison;
    this.grid.show({ problem, columns: this.columns, order, choices, scale, firstDivergence });
  }

  private showStrip(choices: Choices): void {
    const chips = CHOOSING.flatMap((rule) => {
      const chosen = choices.chosen[rule];
      return chosen === null ? [] : [this.chip(rule, chosen.number, chosen.isCorrect)];
    });
    const oracle = el('span.chip', 'oracle ', el('b', verdictText(choices.oracle)));
    oracle.classList.add(colourOf(choices.oracle));
    oracle.title = t('Whether one of the first N is correct.');
    this.strip.replaceChildren(...chips, ...(choices.oracle === undefined ? [] : [el('li', oracle)]));
  }

  private chip(rule: Rule, number: number, isCorrect: boolean | undefined): HTMLElement {
    const verdict = isCorrect === undefined ? '' : ` ${verdictText(isCorrect)}`;
    const chip = el('button.chip', `${rule} → `, el('b', `#${number}${verdict}`));
    chip.classList.add(colourOf(isCorrect));
    chip.title = t('Go to candidate {0}', number);
    chip.addEventListener('click', () => {
      const column = this.columns.findIndex((own) => own.number === number);
      this.grid.goTo(column, 0);
    });
    return el('li', chip);
  }

  private showProblem({ comparison, candidates }: ShownProblem): void {
    const { problem, gold, id } = comparison;
    const isBlank = problem.trim() === '';
    const title = el('div.title', isBlank ? el('em', t('Problem without a text')) : mathText(problem.trim()));
    const none = candidates.isJudged
      ? t('no gold answer')
      : t('no gold answer, so candidates are not judged');
    const answer =
      gold === undefined ? el('div.gold.dim', none) : el('div.gold', `${t('gold')} `, answerMath(gold));
    const notes = [
      ...(id === null ? [] : [t('id {0}', shorten(id, 120))]),
      ...(candidates.scoring.areLogits ? [t('Scores are logits: colours and bars show their sigmoid.')] : []),
    ];
    this.problem.replaceChildren(el('summary', title), ...notes.map((note) => el('div.dim', note)));
    this.problem.classList.toggle('noted', notes.length > 0);
    this.gold.replaceChildren(answer);
    this.titleSize.disconnect();
    this.titleSize.observe(title);
  }

  private showPlace(): void {
    const all = this.file?.problems.length ?? 0;
    const index = this.shown?.candidates.index;
    this.where.textContent = index === undefined ? '' : t('Problem {0} of {1}', count(index + 1), count(all));
    this.previous.toggleAttribute('disabled', index === undefined || index === 0);
    this.next.toggleAttribute('disabled', index === undefined || index + 1 >= all);
  }

  private step(by: 1 | -1): void {
    const index = this.shown?.candidates.index;
    if (index !== undefined) send({ type: 'choose', problem: { index: index + by } });
  }

  private columnOf({ row, place }: StepAddress): number {
    return this.columns.findIndex((own) => own.row === row && own.place === place);
  }

  private onFocus(column: number, step: number): void {
    const at = this.addressOf(column, step);
    if (at !== undefined) remember({ at });
    this.reader.show(this.columns[column], step);
  }

  private addressOf(column: number, step: number): StepAddress | undefined {
    const own = this.columns[column];
    return own && { row: own.row, place: own.place, step: Math.min(step, own.steps.length) };
  }
}

function colourOf(isCorrect: boolean | undefined): string {
  return isCorrect === undefined ? 'dim' : isCorrect ? 'good' : 'bad';
}

function gone(missing: number): string {
  return t(
    'The rows of {0} candidates have changed since the file was read. Read it again for their texts.',
    missing,
  );
}
