// `npm run l10n [-- LANGUAGE]`: brings the translations up to date with the source; a language that is new gets its
// files. What lacks a translation stands in them with an empty one. `l10nFindings` is part of `npm run check`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, main, root } from './process.mjs';
import { markedTexts, placeholders } from './sourceTexts.mjs';
import { unmarkedFindings } from './unmarkedTexts.mjs';

/** @typedef {Record<string, string>} Texts by their keys */
/** @typedef {{ file: string, english: Texts, own: Texts }} Translation a file of a language, relative to the root */

/** @param {string} file relative to the root */
const read = (file) => readFileSync(path.join(root, file), 'utf8');

/** @param {string} file relative to the root @returns {Texts} none if there is no such file */
const readTexts = (file) => (existsSync(path.join(root, file)) ? JSON.parse(read(file)) : {});

/** The source files that make texts for users, relative to the root. */
function sources() {
  return ['src', 'webview']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file.replaceAll(path.sep, '/')}`,
      ),
    )
    .filter((file) => file.endsWith('.ts') && !/\.(?:test|d)\.ts$/.test(file))
    .sort();
}

/** The languages that there are files of, beside English. */
function languages() {
  return readdirSync(path.join(root, 'l10n')).flatMap(
    (file) => /^bundle\.l10n\.(.+)\.json$/.exec(file)?.[1] ?? [],
  );
}

/** Every text that the source marks, in one order, and what is wrong with how the source makes texts. */
function sourceTexts() {
  /** @type {Texts} */
  const all = {};
  /** @type {string[]} */
  const findings = [];
  for (const file of sources()) {
    const source = read(file);
    const { texts, findings: own } = markedTexts(source);
    Object.assign(all, texts);
    own.push(...unmarkedFindings(file, source));
    findings.push(...own.map((finding) => `${file}:${finding}`));
  }
  const texts = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { texts, findings };
}

/**
 * The files of a language: the texts of the source, and those of package.json.
 * @param {string} language
 * @param {Texts} texts
 * @returns {Translation[]}
 */
function translations(language, texts) {
  const bundle = `l10n/bundle.l10n.${language}.json`;
  const manifest = `package.nls.${language}.json`;
  return [
    { file: bundle, english: texts, own: readTexts(bundle) },
    { file: manifest, english: readTexts('package.nls.json'), own: readTexts(manifest) },
  ];
}

/**
 * What is wrong with a translation: a text without one, one that is used no more, other placeholders or links.
 * @param {Translation} translation
 */
export function translationFindings({ file, english, own }) {
  const findings = [];
  /** @param {string} text */
  const links = (text) => (text.match(/\(command:[\w.]+\)/g) ?? []).join();
  for (const [key, text] of Object.entries(english)) {
    const spoken = own[key];
    if (!spoken) findings.push(`${file}: no translation of "${key}". Run npm run l10n and fill it in`);
    else if (placeholders(spoken).join() !== placeholders(text).join())
      findings.push(`${file}: "${spoken}" has other placeholders than "${text}"`);
    else if (links(spoken) !== links(text))
      findings.push(`${file}: "${spoken}" has other links than "${text}"`);
  }
  for (const key of Object.keys(own))
    if (english[key] === undefined) findings.push(`${file}: "${key}" is used no more. Run npm run l10n`);
  return findings;
}

/** Texts of package.json for users that stand there themselves; names of one word may. @param {string} manifest */
function untranslated(manifest) {
  return manifest.split('\n').flatMap((text, index) => {
    const found = /^\s+"(?:title|contents|\w*[dD]escription)": "([^%"][^"]*(?: |…)[^"]*)"/.exec(text);
    return found === null ? [] : [{ line: index + 1, text: found[1] }];
  });
}

/** What is wrong with the texts: not marked, not translated, or translated for nothing. */
export function l10nFindings() {
  const { texts, findings } = sourceTexts();
  const english = readTexts('package.nls.json');
  const used = [...read('package.json').matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => String(key));
  for (const key of used)
    if (english[key] === undefined) findings.push(`package.nls.json: there is no text "${key}"`);
  for (const { line, text } of untranslated(read('package.json')))
    findings.push(`package.json:${line}: "${text}" is no text of package.nls.json`);
  for (const key of Object.keys(english))
    if (!used.includes(key)) findings.push(`package.nls.json: package.json has no "${key}"`);
  for (const language of languages())
    findings.push(...translations(language, texts).flatMap(translationFindings));
  return findings;
}

/** Writes the files of a language anew. @param {string} language */
function update(language) {
  for (const { file, english, own } of translations(language, sourceTexts().texts)) {
    const all = Object.fromEntries(Object.keys(english).map((key) => [key, own[key] ?? '']));
    const missing = Object.values(all).filter((text) => text === '').length;
    writeFileSync(path.join(root, file), `${JSON.stringify(all, null, 2)}\n`);
    console.log(`${file}: ${Object.keys(all).length} texts, ${missing} to be translated`);
  }
}

if (isMain(import.meta.url)) {
  const work = async () => new Set([...languages(), ...process.argv.slice(2)]).forEach(update);
  main(work());
}
