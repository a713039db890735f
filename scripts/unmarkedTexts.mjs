// Finds texts that a user may see and that are not marked for translation; a part of `npm run check`.
import { literalParts, walk } from './sourceTexts.mjs';

/** @typedef {import('@babel/types').Node} Node */

/**
 * What is English on purpose, and why. Folders end in a slash.
 * @type {Readonly<Record<string, string>>}
 */
const ENGLISH = {
  'src/cli/': 'the command line is English, as its logs and tables are',
  'src/core/features/':
    'words that are counted, and what the columns of a feature file are: the documents quote it',
  'src/core/grade/': 'names of numbers and units, and the pairs that only the command line reads',
  'src/core/check/sides.ts': 'words of solutions',
  'src/core/check/items.ts': 'words of solutions',
  'src/core/bon/export/': 'exported files are the same for whoever opens them',
  'src/core/bon/comparison.ts': 'words of exported files; the page has its own',
  'src/core/scores/prmSchema.ts': 'a JSON schema, which VS Code shows as it is',
  'src/core/scores/golden.ts': 'what models are tried with',
  'src/core/scores/families.ts': 'names and prompts of models',
  'src/io/endWithOwner.ts': 'the program of a thread',
  'src/vscode/webviewHtml.ts': 'markup',
  'src/vscode/report/reportText.ts': 'a report for an issue is read by others',
  'src/vscode/report/copyReport.ts': 'as above; its message is marked',
};

/**
 * Texts that no user reads, or that are the same in every language, by file; `…` stands for a value.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const NOT_SHOWN = {
  // A fault that is known by its text and told in other words.
  'src/io/rowStream.ts': ['Cancelled.'],
  'src/scorer/scorer.ts': ['Cancelled.'],
  'src/scorer/selectProvider.ts': ['Cancelled.'],
  'src/scorer/taskQueue.ts': ['Cancelled.'],
  // Names of rules and options, and what is typed.
  'src/core/merge/options.ts': ['label mean', 'neutral half', 'blocks single'],
  'src/core/runs/profileDraft.ts': ['lora, deepspeed'],
  'src/vscode/runs/trainForm.ts': ['--loss q-ranking --preset 7b-80gb'],
  'webview/candidates/candidatesTab.ts': ['oracle '],
  // Keys and states.
  'src/core/jsonl/listSplitter.ts': ['other value'],
  'src/io/bonFile.ts': ['id …', 'text …', 'row …'],
  'src/vscode/runs/runTree.ts': ['run …'],
  'webview/candidates/grid.ts': ['head …'],
  // What stands in files.
  'src/core/formats/taggedText.ts': ['Step …: …'],
  // Style sheets.
  'src/vscode/raw/chips.ts': [
    ' outline: 1px solid;',
    'font-size: …em;…',
    'none; position: absolute; margin-left: …ch; …',
  ],
  'src/vscode/trace/decorations.ts': ['none; direction: rtl; unicode-bidi: isolate;'],
  'src/vscode/trace/live.ts': ['none; position: absolute;'],
  'webview/run/main.ts': ['state …'],
  'webview/ui/plot.ts': ['12px …', 'color-mix(in srgb, … 18%, transparent)'],
  // Programs and their arguments.
  'src/runner/environment.ts': ['--no-index --find-links …'],
  'src/runner/hostFiles.ts': ['cat … …'],
  'src/runner/launchScript.ts': ['cfprm_runner train'],
  'src/runner/preflight.ts': ['[ -d … ] && echo "wheels yes"'],
  'src/runner/ray.ts': ['sh …', 'Bearer …'],
  'src/runner/shellProcess.ts': ['IFS= read -r …; export …\n'],
  'src/runner/tensorBoard.ts': ['exec … -m tensorboard.main --logdir … --host 127.0.0.1 --port …'],
  'src/runner/upload.ts': ['take … …'],
};

/** Calls whose arguments are no texts for users: bugs, the log, patterns. */
const SILENT =
  /^(?:Error|RegExp|info|warn|error|debug|keep|comment|counted|expect|startsWith|endsWith|includes|(?:lastI|i)ndexOf|split|exec)$/;
/** Calls and properties whose texts users see, even one word. */
const SHOWN =
  /^(?:fail|scoreFail|refuse|misfit|invalid|show\w+Message|setStatusBarMessage|showPage|withCancel|createWebviewPanel|title|placeHolder|prompt|tooltip|detail|description|openLabel|saveLabel|message|text|textContent|words|button|el|setAttribute|table|choice|option|iconButton)$/;

/** What shell scripts have and texts have not. */
const SCRIPT = /"?\$[({\w]+|\bset -e\b|\bcd -- |\bmkdir -|2>&1|\|\| exit /;
/** Two words of prose, one after the other. */
const PROSE = /\p{L}{2}[\p{L}'’]*[,;:]? \p{Ll}{2}/u;
/** A word beside a value. */
const BESIDE = /^ \p{L}{2}|\p{L}{2} $/u;
/** A word that begins a text, or stands beside something. */
const WORDS = /^\p{Lu}\p{Ll}|\p{L}{2}[:…]?\s|\s\p{L}{2}/u;

/**
 * Complaints about a file's texts that are not marked and have to be, with their lines.
 * @param {string} file relative to the root
 * @param {string} source
 */
export function unmarkedFindings(file, source) {
  if (Object.keys(ENGLISH).some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place)))
    return [];
  const known = NOT_SHOWN[file] ?? [];
  return unmarkedTexts(source)
    .filter(({ text }) => !known.includes(text))
    .map(({ line, text }) => `${line}: "${text}" is not marked by t()`);
}

/** The name of what is called or set. @param {Node} node @returns {string} */
function nameOf(node) {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'StringLiteral') return node.value;
  return node.type === 'MemberExpression' ? nameOf(node.property) : '';
}

/**
 * Where a text goes: the name of the nearest call, property or assignment around it; undefined if it is no text at
 * all, but a type, a key, a module, or what `t` marks.
 * @param {Node} node
 * @param {readonly Node[]} above
 * @returns {string | undefined}
 */
function placeOf(node, above) {
  let below = node;
  for (const it of above.toReversed()) {
    if (it.type.startsWith('TS') && !/^TS(?:As|Satisfies|NonNull)Expression$/.test(it.type)) return undefined;
    if (it.type === 'ImportDeclaration' || it.type === 'MemberExpression') return undefined;
    if (it.type === 'BinaryExpression' && it.operator !== '+') return undefined;
    if (it.type === 'SwitchCase' && it.test === below) return undefined;
    if (it.type === 'ObjectProperty') return it.value === below ? nameOf(it.key) : undefined;
    if (it.type === 'AssignmentExpression') return nameOf(it.left);
    if (it.type === 'CallExpression' || it.type === 'NewExpression') {
      const name = nameOf(it.callee);
      return name === 't' && it.arguments[0] === below ? undefined : name;
    }
    if (/Function|Statement|Declar/.test(it.type)) return '';
    below = it;
  }
  return '';
}

/**
 * The texts of a source file that look as if users read them; `…` stands for a value.
 * @param {string} source
 */
export function unmarkedTexts(source) {
  /** @type {{ line: number | undefined, text: string }[]} */
  const found = [];
  walk(source, (node, above) => {
    const parts = literalParts(node);
    if (parts === undefined) return;
    if (parts.some((part) => part.includes('\n') && SCRIPT.test(part))) return;
    const place = placeOf(node, above);
    if (place === undefined || SILENT.test(place)) return;
    const own = parts.map((part) => part.replace(/^CFPRM: |\$\([\w~-]+\)/g, ''));
    const isText = own.some(
      (part) =>
        PROSE.test(part) || (own.length > 1 && BESIDE.test(part)) || (SHOWN.test(place) && WORDS.test(part)),
    );
    if (isText) found.push({ line: node.loc?.start.line, text: parts.join('…') });
  });
  return found;
}
