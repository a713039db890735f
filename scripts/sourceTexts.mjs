// The texts of a source file, read from its syntax.
import { parse } from '@babel/parser';

/** @typedef {import('@babel/types').Node} Node */

/**
 * Calls `visit` with every node of a file and the nodes above it, the nearest last.
 * @param {string} source
 * @param {(node: Node, above: readonly Node[]) => void} visit
 */
export function walk(source, visit) {
  /** @param {Node} node @param {readonly Node[]} above */
  const go = (node, above) => {
    visit(node, above);
    const below = [...above, node];
    for (const [key, value] of Object.entries(node)) {
      if (key === 'loc' || key === 'extra') continue;
      for (const child of Array.isArray(value) ? value : [value])
        if (typeof child?.type === 'string' && 'start' in child) go(child, below);
    }
  };
  go(parse(source, { sourceType: 'module', plugins: ['typescript'] }).program, []);
}

/**
 * What a literal text says between its values; undefined for everything else.
 * @param {Node | null | undefined} node
 * @returns {string[] | undefined}
 */
export function literalParts(node) {
  if (node?.type === 'StringLiteral') return [node.value];
  return node?.type === 'TemplateLiteral' ? node.quasis.map(({ value }) => value.cooked ?? '') : undefined;
}

/** The placeholders of a text, each once, in order. @param {string} text */
export function placeholders(text) {
  return [...new Set(text.match(/\{\d+\}/g))].sort();
}

/**
 * The texts that a source file marks with `t`, by their keys, and what is wrong with how it marks them, with the
 * lines. The key is what @vscode/l10n looks up: the text, or `text/comment`.
 * @param {string} source
 * @returns {{ texts: Record<string, string>, findings: string[] }}
 */
export function markedTexts(source) {
  /** @type {Record<string, string>} */
  const texts = {};
  /** @type {string[]} */
  const findings = [];
  if (!source.includes("'@vscode/l10n'")) return { texts, findings };
  walk(source, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 't')
      return;
    const line = node.loc?.start.line;
    const it = marked(node);
    if (it === undefined) {
      findings.push(
        `${line}: t() takes a literal text, with its values as {0}, {1}; or { message, comment, args }`,
      );
      return;
    }
    const has = placeholders(it.text);
    if (has.join() !== Array.from({ length: it.values }, (_, k) => `{${k}}`).join())
      findings.push(`${line}: "${it.text}" has ${has.length} placeholders and ${it.values} values`);
    texts[it.key] = it.text;
  });
  return { texts, findings };
}

/** @param {import('@babel/types').CallExpression} call */
function marked(call) {
  const [first, ...values] = call.arguments;
  const plain = whole(first);
  if (plain !== undefined) return { key: plain, text: plain, values: values.length };
  if (first?.type !== 'ObjectExpression') return undefined;
  /** @param {string} name */
  const property = (name) => {
    for (const it of first.properties)
      if (it.type === 'ObjectProperty' && it.key.type === 'Identifier' && it.key.name === name)
        return it.value;
    return undefined;
  };
  const [text, comment, args] = [whole(property('message')), whole(property('comment')), property('args')];
  if (text === undefined || comment === undefined) return undefined;
  return {
    key: `${text}/${comment}`,
    text,
    values: args?.type === 'ArrayExpression' ? args.elements.length : 0,
  };
}

/** @param {Node | null | undefined} node */
function whole(node) {
  const parts = literalParts(node);
  return parts?.length === 1 ? parts[0] : undefined;
}
