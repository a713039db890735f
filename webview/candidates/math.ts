import { t } from '@vscode/l10n';
import katex from 'katex';
import { printable } from '../../src/core/trace/words';
import { el } from '../ui/dom';

/**
 * TeX as models write it: $$…$$, \[…\], \(…\), $…$ and \boxed{…} alone. A dollar opens only before something that
 * is no space and closes only after such a thing and before no digit (Pandoc's rule), so that prices stay prices.
 */
const MATH =
  /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?=[^\s$])((?:\\[\s\S]|[^$\\])*?[^\s$\\])\$(?!\d)|(\\boxed\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})/gu;

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

function draw(text: string): HTMLElement {
  const parts: (string | HTMLElement)[] = [];
  let from = 0;
  for (const match of text.matchAll(MATH)) {
    const [all, dollars, brackets, parens, dollar, boxed] = match;
    const tex = dollars ?? brackets ?? parens ?? dollar ?? boxed!;
    parts.push(printable(text.slice(from, match.index)));
    parts.push(formula(tex, all, dollars !== undefined || brackets !== undefined));
    from = match.index + all.length;
  }
  parts.push(printable(text.slice(from)));
  return el('span.prose', ...parts);
}

/** A formula; one that KaTeX does not understand is shown as written, with what is wrong in its tooltip. */
function formula(tex: string, source: string, displayMode: boolean): HTMLElement {
  const element = el('span.math');
  if (tex.length > LONGEST) return as(element, source, t('A formula of this length is not typeset.'));
  try {
    // KaTeX's own way to show errors writes a style into the page, which the policy forbids: hence the catch.
    katex.render(tex, element, {
      displayMode,
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
