import * as vscode from 'vscode';
import { CHOICES, type MergeOptions, type MergeRequest, resolveOptions } from '../../core/merge/options';

/** What each choice means, for people who see it for the first time. */
const MEANINGS: Record<string, string> = {
  keep: 'a shorter window at the end',
  drop: 'leave the remaining steps out',
  split: 'one window per remaining step',
  extend: 'add them to the last window',
  last: 'label of the last step, as in the paper',
  'any-negative': 'negative if any step is',
  mean: 'mean of the steps, a soft label',
  'first-error': 'negative from the window with the first error on',
  positive: 'count as correct',
  negative: 'count as incorrect',
  mask: 'written as null, left out of the loss',
  half: '0.5, all labels become numbers',
  cumulative: 'every size from max to min',
  single: 'max and 1 only',
  'coarse-to-fine': 'blocks from max to min, as in the paper',
  'fine-to-coarse': 'control: blocks from min to max',
  shuffled: 'control: one file, all sizes mixed by seed',
  'fine-only': 'control: single steps, repeated as often',
  trl: 'prompt, completions, labels',
  'math-shepherd': 'input and label text with ки tags',
  prm800k: 'question and label.steps',
  rlhflow: 'conversations of steps and + or -',
};

interface Field extends vscode.QuickPickItem {
  readonly edit?: (request: MergeRequest) => Promise<MergeRequest | undefined>;
}

/**
 * Lets the user go over the options of a merge, each with its present value; Enter on the first line takes them.
 * Undefined if the user left.
 */
export async function askOptions(name: string, start: MergeRequest): Promise<MergeOptions | undefined> {
  let request = start;
  for (;;) {
    const resolved = resolveOptions(request);
    const picked = await vscode.window.showQuickPick(
      fields(request, resolved.ok ? resolved.value : undefined),
      {
        title: `CFPRM: Merge windows of ${name}`,
        placeHolder: resolved.ok ? 'Enter shows the preview; nothing is written yet' : resolved.fault.message,
        ignoreFocusOut: true,
      },
    );
    if (picked === undefined) return undefined;
    if (picked.edit === undefined) {
      if (resolved.ok) return resolved.value;
      continue;
    }
    request = (await picked.edit(request)) ?? request;
  }
}

/** The options in short phrases, defaults left out where they say nothing. */
export function optionWords(options: MergeOptions): string[] {
  const words = [
    `C = ${options.sizes.join(', ')}`,
    options.overlap ? 'overlapping windows' : '',
    `label: ${options.label}`,
    `neutral: ${options.neutral}`,
    `tail: ${options.tail}`,
    `order: ${options.order}${options.order === 'shuffled' ? ` (seed ${options.seed})` : ''}`,
    options.keepDuplicates ? 'identical rows kept' : '',
    `rows: ${options.to}`,
  ];
  return words.filter((word) => word !== '');
}

function fields(request: MergeRequest, options: MergeOptions | undefined): Field[] {
  const sizes = options?.sizes.join(', ') ?? String(request.sizes ?? request.max);
  const choice = (label: string, key: keyof typeof CHOICES, icon: string): Field => {
    const value = request[key] ?? CHOICES[key][0];
    return {
      label: `$(${icon}) ${label}`,
      description: value,
      detail: MEANINGS[value],
      edit: (now) => chooseWord(label, key, now),
    };
  };
  const toggle = (label: string, key: 'overlap' | 'keepDuplicates', off: string, on: string): Field => ({
    label: `$(${request[key] ? 'check' : 'dash'}) ${label}`,
    description: request[key] ? on : off,
    edit: async (now) => ({ ...now, [key]: !now[key] }),
  });
  return [
    {
      label: '$(eye) Show preview',
      description: options === undefined ? 'not possible yet' : `C = ${sizes}`,
    },
    { label: 'Options', kind: vscode.QuickPickItemKind.Separator },
    { label: '$(layers) Window sizes', description: sizes, detail: 'coarse to fine', edit: askSizes },
    choice('Blocks', 'blocks', 'files'),
    choice('Label of a window', 'label', 'tag'),
    choice('Neutral steps', 'neutral', 'circle-slash'),
    choice('Steps left at the end', 'tail', 'arrow-both'),
    toggle('Overlap', 'overlap', 'windows do not overlap', 'C shifted passes per row'),
    choice('Order of blocks', 'order', 'sort-precedence'),
    toggle('Keep identical rows', 'keepDuplicates', 'written once, at the largest C', 'kept at every C'),
    choice('Format of rows', 'to', 'file-code'),
    { label: '$(whitespace) Joiner', description: JSON.stringify(request.joiner ?? '\n'), edit: askJoiner },
    { label: '$(symbol-number) Seed', description: String(request.seed ?? 0), edit: askSeed },
  ];
}

async function chooseWord(
  label: string,
  key: keyof typeof CHOICES,
  request: MergeRequest,
): Promise<MergeRequest | undefined> {
  const now = request[key] ?? CHOICES[key][0];
  const picks = CHOICES[key].map((word) => ({
    label: word,
    description: MEANINGS[word],
    detail: word === now ? 'chosen now' : undefined,
  }));
  const picked = await vscode.window.showQuickPick(picks, { title: `CFPRM: ${label}`, ignoreFocusOut: true });
  if (picked === undefined) return undefined;
  const next = { ...request, [key]: picked.label };
  // "max and 1 only" excludes a list of sizes; the list's largest size stays.
  return picked.label === 'single' && request.sizes !== undefined ? withSizes(next, largest(request)) : next;
}

function largest({ sizes }: MergeRequest): string {
  const numbers = String(sizes).split(',').map(Number).filter(Number.isInteger);
  return String(Math.max(1, ...numbers));
}

async function askSizes(request: MergeRequest): Promise<MergeRequest | undefined> {
  const value = String(request.sizes ?? request.max ?? 2);
  const text = await vscode.window.showInputBox({
    title: 'CFPRM: Window sizes',
    prompt: 'A largest size (4 means 4, 3, 2, 1) or a list such as N,4,1, where N is the whole trajectory',
    value,
    ignoreFocusOut: true,
    validateInput: (typed) => {
      const tried = resolveOptions(withSizes(request, typed));
      return tried.ok ? undefined : tried.fault.message;
    },
  });
  return text === undefined ? undefined : withSizes(request, text);
}

/** A list of sizes says itself which blocks there are. */
function withSizes({ max: _, min: __, sizes: ___, ...rest }: MergeRequest, text: string): MergeRequest {
  return /[,nN]/.test(text) ? { ...rest, sizes: text, blocks: undefined } : { ...rest, max: text };
}

async function askJoiner(request: MergeRequest): Promise<MergeRequest | undefined> {
  const title = 'CFPRM: Joiner';
  const text = await vscode.window.showInputBox({
    title,
    prompt: 'Written between the steps of a window; \\n is a new line',
    value: (request.joiner ?? '\n').replace(/\n/g, '\\n'),
    ignoreFocusOut: true,
  });
  return text === undefined ? undefined : { ...request, joiner: text.replace(/\\n/g, '\n') };
}

async function askSeed(request: MergeRequest): Promise<MergeRequest | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'CFPRM: Seed',
    prompt: 'A whole number; it decides the order of the control "shuffled"',
    value: String(request.seed ?? 0),
    ignoreFocusOut: true,
    validateInput: (typed) =>
      /^\d+$/.test(typed.trim()) ? undefined : 'The seed is a whole number from 0 on.',
  });
  return text === undefined ? undefined : { ...request, seed: text.trim() };
}
