import type { Budget } from './budget';
import { binary, call, collectVariables, type Expression } from './expression';
import { type Decision, proportional, sameExpression } from './identity';
import { same } from './rational';
import type { Answer, End, Reading } from './reading';

/** Longer collections are only compared in order. */
const MAX_UNORDERED = 200;

/** Whether two answers say the same; undefined if that could not be found out within the budget. */
export function sameAnswer(a: Answer, b: Answer, budget: Budget): Decision {
  if (a.words === b.words) return true;
  if (a.exact !== undefined && b.exact !== undefined) return same(a.exact, b.exact);
  const areWords = a.reading.kind === 'text' && b.reading.kind === 'text';
  if (areWords) return spoken(a.words) === spoken(b.words);
  return sameReading(a.reading, b.reading, budget);
}

/** Words without case, quotes, and the sign at their end. */
function spoken(words: string): string {
  return words
    .toLowerCase()
    .replace(/["{}]/gu, '')
    .replace(/(?<![.!])[.!]+$/u, '')
    .trim();
}

function sameReading(a: Reading, b: Reading, budget: Budget): Decision {
  if (a.kind === 'opaque' || b.kind === 'opaque') return undefined;
  if (a.kind === 'named' || b.kind === 'named') return sameNamed(a, b, budget);
  if (a.kind === 'list' || b.kind === 'list') return sameCollection(a, b, budget);
  switch (a.kind) {
    case 'number':
      return b.kind === 'number' ? sameQuantity(a, b, budget) : false;
    case 'choice':
      return b.kind === 'choice' && a.letter === b.letter;
    case 'set':
      return b.kind === 'set' ? sameCollection(a, b, budget) : false;
    case 'tuple': {
      const isTuple = b.kind === 'tuple' && a.bracket === b.bracket;
      return isTuple ? inOrder(a.items, b.items, budget) : false;
    }
    case 'interval':
      if (b.kind !== 'interval') return false;
      return all([() => sameEnd(a.low, b.low, budget), () => sameEnd(a.high, b.high, budget)]);
    case 'union':
      return b.kind === 'union' ? inAnyOrder(a.parts, b.parts, budget) : false;
    case 'matrix': {
      if (b.kind !== 'matrix' || a.rows.length !== b.rows.length) return false;
      return all(a.rows.map((row, index) => () => inOrder(row, b.rows[index]!, budget)));
    }
    case 'ratio':
      return b.kind === 'ratio' ? sameRatio(a.parts, b.parts, budget) : false;
    case 'relation':
      return b.kind === 'relation' ? sameRelation(a, b, budget) : false;
    case 'text':
      // Whether words are the same is found out by `sameAnswer`.
      return false;
  }
}

/** True if all hold; the first that does not decides. */
function all(tests: readonly (() => Decision)[]): Decision {
  for (const test of tests) {
    const answer = test();
    if (answer !== true) return answer;
  }
  return true;
}

type Quantity = Reading & { kind: 'number' };

/** A unit may be left off on one side, for the problem names it; two units must measure the same. */
function sameQuantity(a: Quantity, b: Quantity, budget: Budget): Decision {
  if (a.unit === undefined || b.unit === undefined) return sameExpression(a.of, b.of, budget);
  // A unit that nobody named, as in "5 units", is none.
  if (a.unit.dimension === '' || b.unit.dimension === '') return sameExpression(a.of, b.of, budget);
  if (a.unit.dimension !== b.unit.dimension) return false;
  return sameExpression(inBase(a), inBase(b), budget);
}

function inBase({ of, unit }: Quantity): Expression {
  if (unit === undefined || (unit.factor.n === 1n && unit.factor.d === 1n)) return of;
  const { n, d } = unit.factor;
  const number = (value: bigint): Expression => ({ kind: 'number', value: { n: value, d: 1n } });
  return binary('/', binary('*', of, number(n)), number(d));
}

/** Names may be left off on one side; two names must be the same, or the equations say the same. */
function sameNamed(a: Reading, b: Reading, budget: Budget): Decision {
  if (a.kind === 'named' && b.kind === 'named') {
    if (a.name === b.name) return sameReading(a.value, b.value, budget);
    if (a.relation !== undefined && b.relation !== undefined)
      return sameRelation(a.relation, b.relation, budget);
    return false;
  }
  const [named, other] = a.kind === 'named' ? [a, b] : [b as Reading & { kind: 'named' }, a];
  if (other.kind === 'relation') {
    return named.relation === undefined ? false : sameRelation(named.relation, other, budget);
  }
  // "y = 1, 2" names both; an item with another name is another thing.
  if (other.kind === 'list' && namesOf(other).some((name) => name !== undefined && name !== named.name))
    return false;
  return sameReading(named.value, other, budget);
}

/** The names of a list's items; undefined for those without. */
function namesOf({ items }: Reading & { kind: 'list' }): (string | undefined)[] {
  return items.map((item) => (item.kind === 'named' ? item.name : undefined));
}

/** True if a list names several things, so that their order may not be lost with the names. */
function namesSeveral(reading: Reading): boolean {
  return reading.kind === 'list' && new Set(namesOf(reading)).size > 1;
}

/** A list without brackets and a set are the same if their items are, in any order. */
function sameCollection(a: Reading, b: Reading, budget: Budget): Decision {
  const items = (of: Reading) => (of.kind === 'list' ? of.items : of.kind === 'set' ? of.items : undefined);
  const [left, right] = [items(a), items(b)];
  if (left === undefined || right === undefined) return false;
  // "x = 1, y = 2" and "2, 1": without the names only the order says which is which.
  if (namesSeveral(a) !== namesSeveral(b)) return inOrder(left, right, budget);
  const distinct = (of: Reading, given: readonly Reading[]) =>
    of.kind === 'set' ? withoutRepeats(given, budget) : given;
  return inAnyOrder(distinct(a, left), distinct(b, right), budget);
}

function withoutRepeats(items: readonly Reading[], budget: Budget): readonly Reading[] {
  if (items.length > MAX_UNORDERED) return items;
  const kept: Reading[] = [];
  for (const item of items) {
    if (!kept.some((other) => sameReading(item, other, budget) === true)) kept.push(item);
  }
  return kept;
}

function inOrder(a: readonly Reading[], b: readonly Reading[], budget: Budget): Decision {
  if (a.length !== b.length) return false;
  return all(a.map((item, index) => () => sameReading(item, b[index]!, budget)));
}

/** Whether each item has one of its own on the other side; being equal is transitive, so the first found will do. */
function inAnyOrder(a: readonly Reading[], b: readonly Reading[], budget: Budget): Decision {
  if (a.length !== b.length) return false;
  if (a.length > MAX_UNORDERED) return inOrder(a, b, budget) === true ? true : undefined;
  const free = [...b];
  let isOpen = false;
  for (const item of a) {
    let found = -1;
    for (const [index, other] of free.entries()) {
      const answer = sameReading(item, other, budget);
      if (answer === undefined) isOpen = true;
      if (answer !== true) continue;
      found = index;
      break;
    }
    if (found < 0) return isOpen ? undefined : false;
    free.splice(found, 1);
  }
  return true;
}

function sameEnd(a: End, b: End, budget: Budget): Decision {
  return a.isClosed === b.isClosed ? sameReading(a.at, b.at, budget) : false;
}

function sameRatio(a: readonly Expression[], b: readonly Expression[], budget: Budget): Decision {
  if (a.length !== b.length) return false;
  const tests = a.slice(1).map((part, index) => () => {
    const [left, right] = [binary('*', part, b[0]!), binary('*', b[index + 1]!, a[0]!)];
    return sameExpression(left, right, budget);
  });
  return all(tests);
}

type RelationReading = Reading & { kind: 'relation' };

/** Relations are the same if what is compared with 0 is, up to a factor that is not 0, for "<" above 0. */
function sameRelation(a: RelationReading, b: RelationReading, budget: Budget): Decision {
  if (a.op !== b.op) return false;
  const [left, right] = [binary('-', a.left, a.right), binary('-', b.left, b.right)];
  const isOrdered = a.op === '<' || a.op === '<=';
  // Numbers alone are all in proportion: "1 = 2" says nothing that "3 = 5" does not.
  if (isConstant(left) && isConstant(right)) {
    return all([
      () => sameExpression(a.left, b.left, budget),
      () => sameExpression(a.right, b.right, budget),
    ]);
  }
  const straight = proportional(left, right, isOrdered, budget);
  return straight === false && !isOrdered
    ? proportional(left, call('negate', right), false, budget)
    : straight;
}

function isConstant(expression: Expression): boolean {
  const names = new Set<string>();
  collectVariables(expression, names);
  return names.size === 0;
}
