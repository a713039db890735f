/** What an element can hold: text goes in as text, never as markup. */
export type Child = string | Node;

/** Makes an element with classes ('table.wide') and children. */
export function el(tag: string, ...children: Child[]): HTMLElement {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name!);
  element.classList.add(...classes);
  element.append(...children);
  return element;
}
