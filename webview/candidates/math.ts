import { t } from '@vscode/l10n';
import katex from 'katex';
import { type Formula, formulaParts } from '../../src/core/trace/formulas';
import { printable } from '../../src/core/trace/words';
import { el } from '../ui/dom';

/** Longer formulas are shown as they are written: steps come from anywhere, and typesetting takes its time. */
const LONGEST = 4000;
const KEPT = 600;
const drawn = new Map<string, HTMLElement>();

/** A step's text with its formulas typeset; everything else as real characters. */
export function mathText(text: string): HTMLElement {
  const known = drawn.get(text) ?? draw(text);
  drawn.delete(text);
  drawn.set(text, known);
  const [oldest] = drawn.keys();
  if (drawn.size > KEPT && oldest !== undefined) drawn.delete(oldest);
  return known.cloneNode(true) as HTMLElement;
}

/** An answer: a formula if it looks like TeX and says not itself where one is. */
export function answerMath(answer: string): HTMLElement {
  const isTex = /[\\^_]/u.test(answer) && formulaParts(answer).every((part) => typeof part === 'string');
  return mathText(isTex ? `\\(${answer}\\)` : answer);
}

function draw(text: string): HTMLElement {
  const parts = formulaParts(text).map((part) =>
    typeof part === 'string' ? printable(part) : formula(part),
  );
  return el('span.prose', ...parts);
}

/** A formula; one that KaTeX does not understand is shown as written, with what is wrong in its tooltip. */
function formula({ tex, source, isDisplay }: Formula): HTMLElement {
  const element = el('span.math');
  if (tex.length > LONGEST) return as(element, source, t('A formula of this length is not typeset.'));
  try {
    // KaTeX's own way to show errors writes a style into the page, which the policy forbids: hence the catch.
    katex.render(tex, element, {
      displayMode: isDisplay,
      throwOnError: true,
      trust: false,
      maxExpand: 200,
      maxSize: 20,
      strict: 'ignore',
    });
    return element;
  } catch (error) {
    return as(element, source, error instanceof Error ? error.message : String(error));
  }
}

function as(element: HTMLElement, source: string, why: string): HTMLElement {
  element.classList.add('failed');
  element.replaceChildren(printable(source));
  element.title = why;
  return element;
}
