import type { Expression } from './expression';
import type { Rational } from './rational';
import type { Unit } from './units';

/** How two sides are related; "greater" is turned round into "less". */
export type Relation = '=' | '<' | '<=' | '!=';

/** An end of an interval, and whether it belongs to it. */
export interface End {
  readonly at: Reading;
  readonly isClosed: boolean;
}

/** What an answer says. */
export type Reading =
  | { readonly kind: 'number'; readonly of: Expression; readonly unit: Unit | undefined }
  /** "A" of multiple choice. As `E` may be a variable, `of` is that. */
  | { readonly kind: 'choice'; readonly letter: string }
  /** Answers without brackets, in no order: "1, 2". */
  | { readonly kind: 'list'; readonly items: readonly Reading[] }
  | { readonly kind: 'set'; readonly items: readonly Reading[] }
  /** A point or vector of three numbers or more, or a list in square brackets; one of two is an interval. */
  | { readonly kind: 'tuple'; readonly bracket: '(' | '['; readonly items: readonly Reading[] }
  /** (1, 2) is an open interval or a point: both are the same only to themselves. */
  | { readonly kind: 'interval'; readonly low: End; readonly high: End }
  | { readonly kind: 'union'; readonly parts: readonly Reading[] }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Reading[])[] }
  /** "2:3". */
  | { readonly kind: 'ratio'; readonly parts: readonly Expression[] }
  /** "x = 5", "x in [1, 2]": a value with the name of what has it, and the equation if it is one. */
  | {
      readonly kind: 'named';
      readonly name: string;
      readonly value: Reading;
      readonly relation: (Reading & { kind: 'relation' }) | undefined;
    }
  | {
      readonly kind: 'relation';
      readonly op: Relation;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** Words. */
  | { readonly kind: 'text' }
  /** An answer that is too long or nested too deeply to be looked into. */
  | { readonly kind: 'opaque' };

/** An answer with its words, by which the same spelling is known whatever it means. */
export interface Answer {
  readonly words: string;
  readonly reading: Reading;
  /** Its value, if it is a fraction without a unit: two of these are compared at once. */
  readonly exact: Rational | undefined;
}
