import { Budget } from './budget';
import { sameAnswer } from './compare';
import type { Decision } from './identity';
import { readAnswer } from './read';
import type { Answer } from './reading';

/** What graded an answer: stands beside every figure, for another grader may say otherwise. */
export const GRADER = { name: 'cfprm', version: '1' } as const;

/** Readings and decisions that are remembered; when there are more, the older half is forgotten. */
const REMEMBERED = 50_000;

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
   * classes are met.
   */
  classes(answers: readonly string[]): number[] {
    const heads: string[] = [];
    return answers.map((answer) => {
      const known = heads.findIndex((head) => this.equal(head, answer) === true);
      return known >= 0 ? known : heads.push(answer) - 1;
    });
  }

  private read(text: string): Answer {
    const known = this.answers.get(text);
    if (known !== undefined) return known;
    const answer = readAnswer(text);
    remember(this.answers, text, answer);
    return answer;
  }
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
