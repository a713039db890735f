import { Budget } from './budget';
import { sameAnswer } from './compare';
import type { Decision } from './identity';
import { readAnswer } from './read';
import type { Answer } from './reading';

/** What graded an answer: stands beside every figure, for another grader may say otherwise. */
export const GRADER = { name: 'cfprm', version: '1' } as const;

/** Readings and decisions that are remembered; when there are more, the older half is forgotten. */
const REMEMBERED = 50_000;
const MOST_UNDECIDED = 3;
const PERCENT = /(?:\\?[%％]|\\text\{\s*percent\s*\}|percent)/u;

/**
 * Says whether answers mean the same (docs/grading.md has the rules). Readings and decisions are remembered, since
 * the candidates of a problem give the same few answers again and again.
 */
export class Grader {
  private readonly answers = new Map<string, Answer>();
  private readonly decisions = new Map<string, Decision>();

  /**
   * Whether two answers mean the same; undefined if that takes too much work to find out. Symmetric. A blank answer
   * is none and means the same as nothing, a blank one included.
   */
  equal(a: string, b: string): Decision {
    if (a.trim() === '' || b.trim() === '') return false;
    if (a === b) return true;
    const key = a < b ? `${a}\u0000${b}` : `${b}\u0000${a}`;
    if (this.decisions.has(key)) return this.decisions.get(key);
    const [left, right] = a < b ? [a, b] : [b, a];
    const decision = sameAnswer(this.read(left), this.read(right), new Budget());
    remember(this.decisions, key, decision);
    return decision;
  }

  /**
   * Puts answers that mean the same into one class. Returns a class per answer, from 0, in the order in which the
   * classes are met. An answer that could not be decided against three classes gets one of its own: else many such
   * answers of one problem would cost their square.
   */
  classes(answers: readonly string[]): number[] {
    const heads: string[] = [];
    return answers.map((answer) => {
      let undecided = 0;
      for (const [known, head] of heads.entries()) {
        const decision = this.equal(head, answer);
        if (decision === true) return known;
        if (decision === undefined && ++undecided === MOST_UNDECIDED) break;
      }
      return heads.push(answer) - 1;
    });
  }

  /** True if two answers that differ would be equal but for a percent sign that only one of them has. */
  differByPercentSign(a: string, b: string): boolean {
    const [left, right] = [withoutPercent(a), withoutPercent(b)];
    const isOneSided = (left === a) !== (right === b);
    return isOneSided && this.equal(a, b) === false && this.equal(left, right) === true;
  }

  private read(text: string): Answer {
    const known = this.answers.get(text);
    if (known !== undefined) return known;
    const answer = readAnswer(text);
    remember(this.answers, text, answer);
    return answer;
  }
}

function withoutPercent(answer: string): string {
  const sign = PERCENT.exec(answer);
  if (sign === null) return answer;
  return answer.slice(0, sign.index).trimEnd() + answer.slice(sign.index + sign[0].length).trimStart();
}

function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  memory.set(key, value);
  if (memory.size <= REMEMBERED) return;
  let forget = REMEMBERED / 2;
  for (const old of memory.keys()) {
    if (forget-- === 0) break;
    memory.delete(old);
  }
}
