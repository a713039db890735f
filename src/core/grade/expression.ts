import type { Rational } from './rational';

/** Functions of one number. */
const FUNCTIONS = [
  'sin',
  'cos',
  'tan',
  'cot',
  'sec',
  'csc',
  'arcsin',
  'arccos',
  'arctan',
  'sinh',
  'cosh',
  'tanh',
  'ln',
  'exp',
  'abs',
  'floor',
  'ceil',
  'factorial',
] as const;

/** One of them. */
export type FunctionName = (typeof FUNCTIONS)[number];

/** A mathematical expression. */
export type Expression =
  | { readonly kind: 'number'; readonly value: Rational }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'constant'; readonly name: 'pi' | 'e' | 'i' | 'infinity' }
  | {
      readonly kind: 'binary';
      readonly op: '+' | '-' | '*' | '/' | '^' | 'log' | 'choose';
      /** Of `log` the base, of `choose` the upper number. */
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'call'; readonly name: FunctionName | 'negate'; readonly of: Expression };

/** Adds the names of an expression's variables to a set. */
export function collectVariables(expression: Expression, into: Set<string>): void {
  if (expression.kind === 'variable') into.add(expression.name);
  else if (expression.kind === 'call') collectVariables(expression.of, into);
  else if (expression.kind === 'binary') {
    collectVariables(expression.left, into);
    collectVariables(expression.right, into);
  }
}

/** 1 or -1 for plus or minus infinity, else undefined. */
export function infinityOf(expression: Expression): 1 | -1 | undefined {
  if (expression.kind === 'constant' && expression.name === 'infinity') return 1;
  if (expression.kind !== 'call' || expression.name !== 'negate') return undefined;
  return infinityOf(expression.of) === 1 ? -1 : undefined;
}

/** An expression of two. */
export function binary(
  op: Extract<Expression, { kind: 'binary' }>['op'],
  left: Expression,
  right: Expression,
): Expression {
  return { kind: 'binary', op, left, right };
}

/** An expression of one. */
export function call(name: FunctionName | 'negate', of: Expression): Expression {
  return { kind: 'call', name, of };
}
