import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';

/** A window size: a number of steps, or `N` for the whole trajectory. */
export type WindowSize = number | 'N';
/** What becomes of the steps at the end that do not fill a window. */
export type TailRule = 'keep' | 'drop' | 'split' | 'extend';
/** How a window's label follows from its steps' labels. */
export type LabelRule = 'last' | 'any-negative' | 'mean' | 'first-error';
/** What a neutral step counts as. */
export type NeutralRule = 'positive' | 'negative' | 'mask' | 'half';
/** The order of the blocks. */
export type BlockOrder = 'coarse-to-fine' | 'fine-to-coarse' | 'shuffled' | 'fine-only';
/** The format of the rows that are written. */
export type MergeTarget = 'trl' | 'math-shepherd' | 'prm800k' | 'rlhflow';

/** The possible values of the options that are words, the default first; for checks, help and forms. */
export const CHOICES = {
  tail: ['keep', 'drop', 'split', 'extend'],
  label: ['last', 'any-negative', 'mean', 'first-error'],
  neutral: ['positive', 'negative', 'mask', 'half'],
  blocks: ['cumulative', 'single'],
  order: ['coarse-to-fine', 'fine-to-coarse', 'shuffled', 'fine-only'],
  to: ['trl', 'math-shepherd', 'prm800k', 'rlhflow'],
} as const;

/** A merge, fully decided; what the manifest records. */
export interface MergeOptions {
  /** Coarse to fine, each once; `N` is the coarsest. */
  readonly sizes: readonly WindowSize[];
  readonly overlap: boolean;
  readonly tail: TailRule;
  readonly label: LabelRule;
  readonly neutral: NeutralRule;
  readonly blocks: 'cumulative' | 'single';
  readonly keepDuplicates: boolean;
  readonly order: BlockOrder;
  /** Written between the steps of a window. */
  readonly joiner: string;
  readonly to: MergeTarget;
  /** Seeds the order of `shuffled`. */
  readonly seed: number;
}

/** A merge as someone asks for it: numbers may be spelled as text, and what is left out has its default. */
export interface MergeRequest {
  readonly max?: number | string;
  readonly min?: number | string;
  /** An explicit list ('4,2,1' or [4, 2, 1], with `N` for the whole trajectory) in place of max and min. */
  readonly sizes?: string | readonly (number | string)[];
  readonly overlap?: boolean;
  readonly tail?: string;
  readonly label?: string;
  readonly neutral?: string;
  readonly blocks?: string;
  readonly keepDuplicates?: boolean;
  readonly order?: string;
  readonly seed?: number | string;
  readonly joiner?: string;
  readonly to?: string;
}

/** More blocks than this are refused: each is a file of its own. */
const MAX_SIZES = 1000;

/** Fills in the defaults and checks everything. A fault names the option, what it was, and what it may be. */
export function resolveOptions(request: MergeRequest): Result<MergeOptions> {
  const words = resolveWords(request);
  if (!words.ok) return words;
  const { tail, label, neutral, blocks, order, to } = words.value;
  const sizes = resolveSizes(request, blocks);
  if (!sizes.ok) return sizes;
  const seed = wholeNumber('seed', request.seed ?? 0, 0);
  if (!seed.ok) return seed;
  const joiner = request.joiner ?? '\n';
  if (/\p{Surrogate}/u.test(joiner)) {
    return fail(t('joiner holds half of a character (a lone surrogate): give a whole one.'));
  }
  if (to !== 'trl' && (label === 'mean' || neutral === 'half')) {
    const option = label === 'mean' ? 'label mean' : 'neutral half';
    return fail(
      t('{0} gives labels between 0 and 1, which {1} cannot hold: write to trl instead.', option, to),
    );
  }
  const { overlap = false, keepDuplicates = false } = request;
  const passes = sizes.value.reduce<number>((sum, size) => sum + (size === 'N' ? 1 : size), 0);
  if (overlap && keepDuplicates && passes > MAX_PASSES) {
    return fail(
      t(
        'overlap with duplicates writes one row per step of every window size, {0} for each trajectory: at most {1} are possible. Name smaller sizes, or leave duplicates out.',
        passes,
        MAX_PASSES,
      ),
    );
  }
  return ok({
    sizes: sizes.value,
    overlap,
    tail,
    label,
    neutral,
    blocks,
    keepDuplicates,
    order,
    joiner,
    to,
    seed: seed.value,
  });
}

type Words = { -readonly [K in keyof typeof CHOICES]: (typeof CHOICES)[K][number] };

function resolveWords(request: MergeRequest): Result<Words> {
  const words: Record<string, string> = {};
  for (const [name, choices] of Object.entries(CHOICES)) {
    const word = request[name as keyof typeof CHOICES] ?? choices[0];
    if (!(choices as readonly string[]).includes(word)) {
      return fail(t('{0} is "{1}": it must be {2}.', name, word, list(choices)));
    }
    words[name] = word;
  }
  return ok(words as Words);
}

function resolveSizes(request: MergeRequest, blocks: Words['blocks']): Result<readonly WindowSize[]> {
  const { sizes } = request;
  if (sizes !== undefined && sizes.length > 0) {
    if (request.max !== undefined || request.min !== undefined || blocks === 'single') {
      const other = request.max !== undefined ? 'max' : request.min !== undefined ? 'min' : 'blocks single';
      return fail(t('sizes and {0} exclude each other: leave one of them out.', other));
    }
    return listedSizes(typeof sizes === 'string' ? sizes.split(',') : sizes);
  }
  const max = wholeNumber('max', request.max ?? 2, 1);
  if (!max.ok) return max;
  const min = wholeNumber('min', request.min ?? 1, 1);
  if (!min.ok) return min;
  if (min.value > max.value)
    return fail(t('min is {0} and max is {1}: min must not be larger.', min.value, max.value));
  if (blocks === 'single') return ok(max.value === 1 ? [1] : [max.value, 1]);
  const count = max.value - min.value + 1;
  if (count > MAX_SIZES) {
    return fail(
      t(
        'max {0} and min {1} make {2} window sizes: at most {3} are possible. List fewer with sizes, or take blocks single.',
        max.value,
        min.value,
        count,
        MAX_SIZES,
      ),
    );
  }
  return ok(Array.from({ length: count }, (_, k) => max.value - k));
}

function listedSizes(parts: readonly (number | string)[]): Result<readonly WindowSize[]> {
  const sizes = new Set<WindowSize>();
  for (const part of parts) {
    const text = String(part).trim();
    if (text === 'N' || text === 'n') {
      sizes.add('N');
      continue;
    }
    const size = wholeNumber('sizes', text, 1);
    if (!size.ok)
      return fail(
        t('sizes holds "{0}": each size must be a whole number from 1 to {1}, or N.', text, LIMITS.size),
      );
    sizes.add(size.value);
  }
  if (sizes.size > MAX_SIZES)
    return fail(t('sizes holds {0} sizes: at most {1} are possible.', sizes.size, MAX_SIZES));
  const rank = (size: WindowSize) => (size === 'N' ? Number.POSITIVE_INFINITY : size);
  return ok([...sizes].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a))));
}

/** Largest seed: beyond it numbers are no longer exact. Largest window size: no trajectory has as many steps. */
const LIMITS = { seed: Number.MAX_SAFE_INTEGER, size: 1_000_000 };
/** Rows that one trajectory may give where every pass is written, identical ones too. */
const MAX_PASSES = 10_000;

function wholeNumber(
  name: 'max' | 'min' | 'sizes' | 'seed',
  value: number | string,
  least: number,
): Result<number> {
  const limit = name === 'seed' ? LIMITS.seed : LIMITS.size;
  const number = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= limit)
    return ok(number);
  return fail(t('{0} is "{1}": it must be a whole number from {2} to {3}.', name, value, least, limit));
}

function list(choices: readonly string[]): string {
  return t('{0} or {1}', choices.slice(0, -1).join(', '), choices.at(-1)!);
}
