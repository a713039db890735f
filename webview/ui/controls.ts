import { provideVSCodeDesignSystem, vsCodeButton } from '@vscode/webview-ui-toolkit';
import { el } from './dom';

/** Makes the UI kit's elements known to the page; the only place that knows which kit it is. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton());
}

/** A button of the kit. */
export function button(text: string, appearance: 'primary' | 'secondary', onPress: () => void): HTMLElement {
  const element = document.createElement('vscode-button');
  element.setAttribute('appearance', appearance);
  element.textContent = text;
  element.addEventListener('click', onPress);
  return element;
}

/** A small button that shows a sign; its label is read aloud and is its tooltip. */
export function icon(sign: string, label: string, onPress: () => void): HTMLElement {
  const element = el('button.icon', sign);
  element.setAttribute('aria-label', label);
  element.title = label;
  element.addEventListener('click', onPress);
  return element;
}

/** A list to choose one of, with its label; the browser's own, which every screen reader knows. */
export function choice<T extends string>(
  label: string,
  options: readonly (readonly [T, string])[],
  onChoose: (value: T) => void,
): { readonly element: HTMLElement; set(value: T): void } {
  const select = document.createElement('select');
  for (const [value, text] of options) select.add(new Option(text, value));
  select.addEventListener('change', () => onChoose(select.value as T));
  return {
    element: el('label.choice', el('span', label), select),
    set: (value) => {
      select.value = value;
    },
  };
}

/** Tabs by the pattern of the WAI-ARIA guide: arrows move between them, one is in the order of Tab. */
export function tabs(
  label: string,
  pages: readonly { readonly id: string; readonly title: string; readonly page: HTMLElement }[],
  onChoose: (id: string) => void,
): { readonly element: HTMLElement; show(id: string): void } {
  const buttons = pages.map(({ id, title, page }) => {
    const tab = el('button.tab', title);
    tab.id = `tab-${id}`;
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', `page-${id}`);
    page.id = `page-${id}`;
    page.setAttribute('role', 'tabpanel');
    page.setAttribute('aria-labelledby', tab.id);
    tab.addEventListener('click', () => choose(id));
    return tab;
  });
  const element = el('div.tabs', ...buttons);
  element.setAttribute('role', 'tablist');
  element.setAttribute('aria-label', label);
  element.addEventListener('keydown', ({ key }) => {
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const last = buttons.length - 1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[key];
    const next = to === undefined ? undefined : buttons[(to + buttons.length) % buttons.length];
    if (next === undefined) return;
    next.focus();
    next.click();
  });
  const show = (chosen: string): void => {
    for (const [index, { id, page }] of pages.entries()) {
      buttons[index]!.setAttribute('aria-selected', String(id === chosen));
      buttons[index]!.tabIndex = id === chosen ? 0 : -1;
      page.hidden = id !== chosen;
    }
  };
  const choose = (id: string): void => {
    show(id);
    onChoose(id);
  };
  return { element, show };
}
