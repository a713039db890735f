import { t } from '@vscode/l10n';
import type { BonNumbers } from '../../src/core/bon/overview';
import { SELECTORS, type Selector } from '../../src/core/bon/problem';
import { AGGREGATES } from '../../src/core/bon/scores';
import { DEFAULT_OPTIONS, type PanelFile, type PanelOptions } from '../../src/shared/candidates';
import { choice } from '../ui/controls';
import { el } from '../ui/dom';
import { AccuracyPlot } from './accuracyPlot';
import { accuracyTable, correlationTable, factList, flipTable, minimumChart } from './diagnosis';
import { ProblemList } from './problemList';
import { recall, remember, send } from './store';

/** The tab of a whole file: how every rule does at every N, and on which problems it fails. */
export class FileTab {
  readonly element = el('section.file');
  private options = DEFAULT_OPTIONS;
  private readonly facts = el('div');
  private readonly state = el('p.state');
  private readonly numbers = el('div.numbers');
  private readonly rest = el('div.rest');
  private readonly plot = new AccuracyPlot((selector) => remember({ selector }));
  private readonly list: ProblemList;
  private readonly choices = {
    sizes: this.option('sizes', 'N', [
      ['all', t('1, 2, 4, … all')],
      ['paper', t('@8, @16, @32, @64 and mean')],
    ]),
    subset: this.option('subset', t('Subsets'), [
      ['all', t('mean over all of N')],
      ['first', t('the first N')],
    ]),
    weight: this.option(
      'weight',
      t('Votes weighed by'),
      AGGREGATES.map((name) => [name, name] as const),
    ),
    verdicts: this.option('verdicts', t('Verdicts'), [
      ['graded', t('graded')],
      ['recorded', t('recorded in the file')],
    ]),
    by: this.option('by', t('Same problem'), [
      ['text', t('by its text')],
      ['id', t('by its id')],
    ]),
  };
  private file: PanelFile | undefined;

  constructor(onOpen: (index: number) => void) {
    this.list = new ProblemList(onOpen);
    this.state.setAttribute('role', 'status');
    const tools = el('div.tools', ...Object.values(this.choices).map(({ element }) => element));
    this.element.append(tools, this.state, this.plot.element, this.numbers, this.list.element);
    this.element.append(this.rest, el('h3', t('What the numbers rest on')), this.facts);
    this.plot.element.hidden = true;
  }

  setOptions(options: PanelOptions): void {
    this.options = options;
    this.choices.sizes.set(options.sizes);
    this.choices.subset.set(options.subset);
    this.choices.weight.set(options.weight);
    this.choices.verdicts.set(options.verdicts);
    this.choices.by.set(options.by);
  }

  /** Shows nothing, until another file is read. */
  clear(): void {
    this.file = undefined;
    this.showNoNumbers('');
    this.list.show([], []);
    this.facts.replaceChildren();
  }

  showFile(file: PanelFile): void {
    this.file = file;
    this.list.show(file.problems, []);
    this.facts.replaceChildren(factList(file, undefined));
    this.state.textContent = t('Counting…');
  }

  showNumbers({ report, choices }: BonNumbers): void {
    const { file } = this;
    if (file === undefined) return;
    const selector = SELECTORS.find((name) => name === recall().selector) ?? firstWith(report);
    const sizes = Object.keys(report.n);
    this.state.textContent =
      sizes.length > 1 ? '' : t('Every problem counts with N = {0} only, so there is no curve.', sizes[0]!);
    this.plot.show(report, selector);
    this.numbers.replaceChildren(accuracyTable(report));
    this.list.show(file.problems, choices);
    const correlation = correlationTable(report);
    this.rest.replaceChildren(
      ...(report.scores.of === 'none' ? [] : [flipTable(report), minimumChart(report)]),
      ...(correlation === undefined ? [] : [correlation]),
    );
    this.facts.replaceChildren(factList(file, report));
  }

  showNoNumbers(message: string): void {
    this.state.textContent = message;
    this.plot.element.hidden = true;
    this.numbers.replaceChildren();
    this.rest.replaceChildren();
  }

  private option<K extends keyof PanelOptions>(
    key: K,
    label: string,
    options: readonly (readonly [PanelOptions[K], string])[],
  ): { readonly element: HTMLElement; set(value: PanelOptions[K]): void } {
    return choice(label, options, (value) => {
      this.state.textContent = t('Counting…');
      send({ type: 'options', options: { ...this.options, [key]: value } });
    });
  }
}

/** The rule that stands out unless one is chosen: the weighted vote, without scores the majority. */
function firstWith({ n }: BonNumbers['report']): Selector {
  return Object.values(n).some((at) => at.weighted !== null) ? 'weighted' : 'majority';
}
