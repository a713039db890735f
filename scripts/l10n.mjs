// `npm run l10n [-- LANGUAGE]`: brings the translations up to date with the source; a language that is new gets its
// files. Texts that lack a translation stand in them with an empty one. `findings` is part of `npm run check`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from '@babel/parser';
import { isMain, main, root } from './process.mjs';

/** @typedef {import('@babel/types').Node} Node */
/** @typedef {Record<string, string>} Texts by their keys */
/** @typedef {{ keys: string[], findings: string[] }} Marked the texts of a source file, and what is wrong with them */

/** @param {string} file relative to the root */
const read = (file) => readFileSync(path.join(root, file), 'utf8');

/** @param {string} file relative to the root @returns {Texts} */
const readTexts = (file) => (existsSync(path.join(root, file)) ? JSON.parse(read(file)) : {});

/** The source files whose texts users see; the command line is English. @returns {string[]} relative to the root */
export function sources() {
  return ['src', 'webview']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        path.posix.join(folder, file.split(path.sep).join('/')),
      ),
    )
    .filter((file) => /\.ts$/.test(file) && !/\.(?:test|d)\.ts$/.test(file) && !file.startsWith('src/cli/'))
    .sort();
}

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

/** The placeholders of a text, each once, in order. @param {string} text */
function placeholders(text) {
  return [...new Set(text.match(/\{\d+\}/g))].sort();
}

/** The value of a literal text, undefined if it is none. @param {Node | null | undefined} node */
function literal(node) {
  if (node?.type === 'StringLiteral') return node.value;
  return node?.type === 'TemplateLiteral' && node.expressions.length === 0
    ? (node.quasis[0]?.value.cooked ?? undefined)
    : undefined;
}

/**
 * The key of the text that a call of `t` marks, as @vscode/l10n looks it up, and how many values go into it.
 * @param {import('@babel/types').CallExpression} call
 */
function marked(call) {
  const [first, ...values] = call.arguments;
  const plain = literal(first);
  if (plain !== undefined) return { key: plain, text: plain, values: values.length };
  if (first?.type !== 'ObjectExpression') return undefined;
  const property = (/** @type {string} */ name) => {
    for (const it of first.properties)
      if (it.type === 'ObjectProperty' && it.key.type === 'Identifier' && it.key.name === name)
        return /** @type {Node} */ (it.value);
    return undefined;
  };
  const [message, comment, args] = [
    literal(property('message')),
    literal(property('comment')),
    property('args'),
  ];
  if (message === undefined || comment === undefined) return undefined;
  return {
    key: `${message}/${comment}`,
    text: message,
    values: args?.type === 'ArrayExpression' ? args.elements.length : 0,
  };
}

/**
 * The texts that a source file marks with `t`.
 * @param {string} source
 * @returns {Marked}
 */
export function markedTexts(source) {
  /** @type {Marked} */
  const found = { keys: [], findings: [] };
  if (!source.includes("'@vscode/l10n'")) return found;
  walk(source, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 't')
      return;
    const line = node.loc?.start.line;
    const it = marked(node);
    if (it === undefined) {
      found.findings.push(
        `${line}: t() needs a literal text, with values as {0}, {1}; or { message, comment, args }`,
      );
      return;
    }
    const wanted = placeholders(it.text);
    if (wanted.join() !== Array.from({ length: it.values }, (_, i) => `{${i}}`).join())
      found.findings.push(
        `${line}: "${it.text}" has the placeholders ${wanted.join(' ') || '(none)'} and ${it.values} values`,
      );
    found.keys.push(it.key);
  });
  return found;
}

/**
 * What is wrong with a translation.
 * @param {string} file
 * @param {Texts} english by key
 * @param {Texts} translated
 */
export function translationFindings(file, english, translated) {
  const findings = [];
  for (const [key, text] of Object.entries(english)) {
    const own = translated[key];
    if (own === undefined || own === '')
      findings.push(`${file}: no translation of "${key}"; run npm run l10n and fill it in`);
    else {
      if (placeholders(own).join() !== placeholders(text).join())
        findings.push(`${file}: "${key}" has other placeholders than its translation "${own}"`);
      if (
        (own.match(/\(command:[\w.]+\)/g) ?? []).join() !== (text.match(/\(command:[\w.]+\)/g) ?? []).join()
      )
        findings.push(`${file}: "${key}" links to other commands than its translation`);
    }
  }
  for (const key of Object.keys(translated))
    if (english[key] === undefined) findings.push(`${file}: "${key}" is used no more; run npm run l10n`);
  return findings;
}

/** The languages that there are files of, beside English. */
function languages() {
  return readdirSync(path.join(root, 'l10n')).flatMap(
    (file) => /^bundle\.l10n\.(.+)\.json$/.exec(file)?.[1] ?? [],
  );
}

/** Every text in the source by its key, and what is wrong with how texts are marked. */
function sourceTexts() {
  /** @type {Texts} */
  const texts = {};
  /** @type {string[]} */
  const findings = [];
  for (const file of sources()) {
    const { keys, findings: own } = markedTexts(read(file));
    for (const key of keys)
      texts[key] = key.replace(/^([\s\S]+)\/[^/]*$/, (whole, message) =>
        keys.includes(message) ? message : whole,
      );
    findings.push(...own.map((finding) => `${file}:${finding}`));
  }
  return { texts, findings };
}

/** Complaints about the texts: not marked as they have to be, not translated, or translated for nothing. */
export function l10nFindings() {
  const { texts, findings } = sourceTexts();
  const english = readTexts('package.nls.json');
  const used = new Set([...read('package.json').matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => String(key)));
  for (const key of used)
    if (english[key] === undefined) findings.push(`package.nls.json: has no text "${key}"`);
  for (const key of Object.keys(english))
    if (!used.has(key)) findings.push(`package.nls.json: "${key}" is not in package.json`);
  for (const language of languages()) {
    findings.push(
      ...translationFindings(...bundle(language, texts)),
      ...translationFindings(...manifest(language, english)),
    );
  }
  return findings;
}

/** @param {string} language @param {Texts} texts @returns {[string, Texts, Texts]} */
function bundle(language, texts) {
  const file = `l10n/bundle.l10n.${language}.json`;
  return [file, texts, readTexts(file)];
}

/** @param {string} language @param {Texts} texts @returns {[string, Texts, Texts]} */
function manifest(language, texts) {
  const file = `package.nls.${language}.json`;
  return [file, texts, readTexts(file)];
}

/** Writes a translation anew: every text, in one order, without those that are used no more. @param {string} language */
function update(language) {
  const { texts } = sourceTexts();
  const sorted = Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
  for (const [file, english, own] of [
    bundle(language, sorted),
    manifest(language, readTexts('package.nls.json')),
  ]) {
    const all = Object.fromEntries(Object.keys(english).map((key) => [key, own[key] ?? '']));
    writeFileSync(path.join(root, file), `${JSON.stringify(all, null, 2)}\n`);
    console.log(
      `${file}: ${Object.keys(all).length} texts, ${Object.values(all).filter((text) => text === '').length} not translated`,
    );
  }
}

if (isMain(import.meta.url))
  main(Promise.resolve().then(() => new Set([...languages(), ...process.argv.slice(2)]).forEach(update)));
