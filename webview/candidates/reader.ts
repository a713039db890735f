import { t } from '@vscode/l10n';
import { checkOf } from '../../src/core/check/check';
import { decidedWords, describeEquation } from '../../src/core/check/words';
import { el } from '../ui/dom';
import { scoreWords, stepText } from './cells';
import type { Column } from './columns';

/** The whole text of the step that has the focus: the grid cuts long ones off. */
export class Reader {
  readonly element = el('section.reader');
  private readonly title = el('h3');
  private readonly text = el('div.text');
  private readonly arithmetic = el('ul.arithmetic');

  constructor() {
    this.element.tabIndex = 0;
    this.element.setAttribute('aria-label', t('The chosen step, whole'));
    this.element.append(this.title, this.arithmetic, this.text);
    this.element.hidden = true;
  }

  /** Shows a step by its 1-based number; nothing for a column's head or where the column has no such step. */
  show(column: Column | undefined, step: number): void {
    const own = column?.steps[step - 1];
    this.element.hidden = own === undefined;
    if (column === undefined || own === undefined) return;
    const score = own.score === undefined ? t('no score') : t('score {0}', scoreWords(own.score));
    this.title.textContent = t('{0} · step {1} of {2} · {3}', column.name, step, column.steps.length, score);
    this.text.replaceChildren(stepText(own.text));
    const check = checkOf(own);
    const wrong = check.decided.filter(({ isTrue }) => !isTrue);
    this.arithmetic.hidden = check.equations === 0;
    this.arithmetic.replaceChildren(
      el('li', decidedWords(check)),
      ...wrong.map((equation) => el('li.bad', describeEquation(equation))),
    );
    this.element.scrollTop = 0;
  }
}
