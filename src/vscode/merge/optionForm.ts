import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { CHOICES, type MergeOptions, type MergeRequest, resolveOptions } from '../../core/merge/options';
import { pick, typeLine } from '../ask';

/** What each choice means, for people who see it for the first time. */
const MEANINGS: Record<string, string> = {
  keep: t('a shorter window at the end'),
  drop: t('leave the remaining steps out'),
  split: t('one window per remaining step'),
  extend: t('add them to the last window'),
  last: t('label of the last step, as in the paper'),
  'any-negative': t('negative if any step is'),
  mean: t('mean of the steps, a soft label'),
  'first-error': t('negative from the window with the first error on'),
  positive: t('count as correct'),
  negative: t('count as incorrect'),
  mask: t('written as null, left out of the loss'),
  half: t('0.5, all labels become numbers'),
  cumulative: t('every size from max to min'),
  single: t('max and 1 only'),
  'coarse-to-fine': t('blocks from max to min, as in the paper'),
  'fine-to-coarse': t('control: blocks from min to max'),
  shuffled: t('control: one file, all sizes mixed by seed'),
  'fine-only': t('control: single steps, repeated as often'),
  trl: t('prompt, completions, labels'),
  'math-shepherd': t('input and label text with ки tags'),
  prm800k: t('question and label.steps'),
  rlhflow: t('conversations of steps and + or -'),
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
    const picked = await pick(fields(request, resolved.ok ? resolved.value : undefined), {
      title: t('CFPRM: Merge windows of {0}', name),
      placeHolder: resolved.ok
        ? t('Enter shows the preview; nothing is written yet')
        : resolved.fault.message,
    });
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
    options.overlap ? t('overlapping windows') : '',
    t('label: {0}', options.label),
    t('neutral: {0}', options.neutral),
    t('tail: {0}', options.tail),
    options.order === 'shuffled'
      ? t('order: {0} (seed {1})', options.order, options.seed)
      : t('order: {0}', options.order),
    options.keepDuplicates ? t('identical rows kept') : '',
    t('rows: {0}', options.to),
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
      label: `$(eye) ${t('Show preview')}`,
      description: options === undefined ? t('not possible yet') : `C = ${sizes}`,
    },
    { label: t('Options'), kind: vscode.QuickPickItemKind.Separator },
    {
      label: `$(layers) ${t('Window sizes')}`,
      description: sizes,
      detail: t('coarse to fine'),
      edit: askSizes,
    },
    choice(t('Blocks'), 'blocks', 'files'),
    choice(t('Label of a window'), 'label', 'tag'),
    choice(t('Neutral steps'), 'neutral', 'circle-slash'),
    choice(t('Steps left at the end'), 'tail', 'arrow-both'),
    toggle(t('Overlap'), 'overlap', t('windows do not overlap'), t('C shifted passes per row')),
    choice(t('Order of blocks'), 'order', 'sort-precedence'),
    toggle(
      t('Keep identical rows'),
      'keepDuplicates',
      t('written once, at the largest C'),
      t('kept at every C'),
    ),
    choice(t('Format of rows'), 'to', 'file-code'),
    {
      label: `$(whitespace) ${t('Joiner')}`,
      description: JSON.stringify(request.joiner ?? '\n'),
      edit: askJoiner,
    },
    { label: `$(symbol-number) ${t('Seed')}`, description: String(request.seed ?? 0), edit: askSeed },
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
    detail: word === now ? t('chosen now') : undefined,
  }));
  const picked = await pick(picks, { title: `CFPRM: ${label}` });
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
  const text = await typeLine({
    title: t('CFPRM: Window sizes'),
    prompt: t('A largest size (4 means 4, 3, 2, 1) or a list such as N,4,1, where N is the whole trajectory'),
    value,
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
  const title = t('CFPRM: Joiner');
  const text = await typeLine({
    title,
    prompt: t('Written between the steps of a window; \\n is a new line'),
    value: (request.joiner ?? '\n').replace(/\n/g, '\\n'),
  });
  return text === undefined ? undefined : { ...request, joiner: text.replace(/\\n/g, '\n') };
}

async function askSeed(request: MergeRequest): Promise<MergeRequest | undefined> {
  const text = await typeLine({
    title: t('CFPRM: Seed'),
    prompt: t('A whole number; it decides the order of the control "shuffled"'),
    value: String(request.seed ?? 0),
    validateInput: (typed) =>
      /^\d+$/.test(typed.trim()) ? undefined : t('The seed is a whole number from 0 on.'),
  });
  return text === undefined ? undefined : { ...request, seed: text.trim() };
}
