import { mathShepherd } from '../formats/families/mathShepherd';
import { prm800k } from '../formats/families/prm800k';
import { rlhflow } from '../formats/families/rlhflow';
import type { Format, JsonObject } from '../formats/format';
import { fail, ok, type Result } from '../result';
import type { MergeTarget } from './options';

/** A target that is not TRL: hard labels only, every window labelled. */
export type HardTarget = Exclude<MergeTarget, 'trl'>;

/** What a merged row says, whatever its format. */
export interface MergedRow {
  readonly problem: string;
  readonly gold: string | undefined;
  /** One text per window. */
  readonly texts: readonly string[];
  /** One label per window: 1, 0, or soft, which counts as correct from 0.5 on. */
  readonly values: readonly number[];
}

const FORMATS: Record<HardTarget, Format> = { 'math-shepherd': mathShepherd, prm800k, rlhflow };

/**
 * The row as an object of the target's format. It is read again by that format's own reader before it is
 * returned; a row that would read differently (a text that holds the step tag, a problem that cannot be told
 * from the first step) is a fault.
 */
export function targetRow(target: HardTarget, merged: MergedRow): Result<JsonObject> {
  const format = FORMATS[target];
  const signs = merged.values.map((value) => value >= 0.5);
  const texts = target === 'prm800k' ? merged.texts : merged.texts.map(marked);
  const row = build(target, merged, texts, signs);
  // The column that every merged row gets tells the reader that a single turn is a window, not a whole solution.
  const back = format.read({ ...row, cfprm: {} });
  if (back.ok && readsTheSame(back.value[0]!, merged.problem, texts, signs)) return ok(row);
  const why = back.ok ? 'it would be read back with other steps' : back.fault.message;
  return fail(`The row cannot be written as ${format.title}: ${why}. Write it to trl instead.`);
}

function readsTheSame(
  back: { readonly problem: string; readonly steps: readonly { text: string; label?: unknown }[] },
  problem: string,
  texts: readonly string[],
  signs: readonly boolean[],
): boolean {
  return (
    back.problem.trim() === problem.trim() &&
    back.steps.length === texts.length &&
    back.steps.every((step, k) => {
      return step.text.trim() === texts[k]!.trim() && step.label === (signs[k] ? 'correct' : 'incorrect');
    })
  );
}

/** The text with "Step k:" in front, unless it has such a marker; the first must be "Step 1:" to end the problem. */
function marked(text: string, index: number): string {
  const has = index === 0 ? /^\s*Step 1:/ : /^\s*Step \d+:/;
  return has.test(text) ? text : `Step ${index + 1}: ${text}`;
}

function build(
  target: HardTarget,
  { problem, gold }: MergedRow,
  texts: readonly string[],
  signs: readonly boolean[],
): JsonObject {
  const lead = problem === '' ? '' : `${problem} `;
  const sign = (k: number) => (signs[k] ? '+' : '-');
  switch (target) {
    case 'math-shepherd': {
      const join = (tag: (k: number) => string) =>
        lead + texts.map((text, k) => `${text} ${tag(k)}`).join('\n');
      return { input: join(() => 'ки'), label: join(sign) };
    }
    case 'rlhflow': {
      const turns = texts.flatMap((text, k) => [
        { content: k === 0 ? lead + text : text, role: 'user' },
        { content: sign(k), role: 'assistant' },
      ]);
      return { conversations: turns };
    }
    case 'prm800k': {
      const steps = texts.map((text, k) => ({
        completions: [{ text, rating: signs[k] ? 1 : -1, flagged: null }],
        human_completion: null,
        chosen_completion: 0,
      }));
      const finish = signs.every(Boolean) ? 'solution' : 'found_error';
      return {
        question: { problem, ground_truth_answer: gold ?? null },
        label: { steps, total_time: 0, finish_reason: finish },
      };
    }
  }
}
