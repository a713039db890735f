import { t } from '@vscode/l10n';
import { LogTail } from '../../src/core/runs/logText';
import { el } from '../ui/dom';

/** Lines of the log that are in the page; the Output view has all of it. */
const LINES = 1000;

/** The end of the log; it follows what comes in unless somebody has scrolled away from its end. */
export class LogView {
  readonly element = el('section.log');
  private readonly box = el('pre');
  private readonly tail = new LogTail(LINES);

  constructor() {
    this.box.setAttribute('role', 'log');
    this.box.setAttribute('aria-label', t('End of the log'));
    // Read aloud when asked for: a training run prints all the time.
    this.box.setAttribute('aria-live', 'off');
    this.box.tabIndex = 0;
    this.element.append(el('h2', t('Log')), this.box);
  }

  /** Shows more of the log, or another one. */
  show(text: string, replace: boolean): void {
    const { box, tail } = this;
    const follows = replace || box.scrollHeight - box.scrollTop - box.clientHeight < 8;
    if (replace) tail.clear();
    tail.append(text);
    box.textContent = tail.text.trimEnd() || t('Nothing was printed yet.');
    if (follows) box.scrollTop = box.scrollHeight;
  }
}
