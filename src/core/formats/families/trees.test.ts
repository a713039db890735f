import assert from 'node:assert/strict';
import fc from 'fast-check';
import { labelsInShort, textAtPlace } from '../../../../test/support/rows';
import type { Trajectory } from '../../trajectory';
import type { Format, Json, JsonObject } from '../format';
import { mathAps } from './mathAps';
import { omegaPrm } from './omegaPrm';

function read(format: Format, row: JsonObject): Trajectory[] {
  const reading = format.read(row);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return reading.value;
}

function faultOf(format: Format, row: JsonObject): string {
  const reading = format.read(row);
  assert.ok(!reading.ok);
  return reading.fault.message;
}

/** Each trajectory as its steps' texts, joined by ' | '. */
const texts = (all: readonly Trajectory[]) =>
  all.map(({ steps }) => steps.map((step) => step.text).join(' | '));
const nodes = (all: readonly Trajectory[]) => all.map(({ steps }) => steps.map((step) => step.node));

const node = (text: string, mc: Json, ...children: JsonObject[]): JsonObject => ({
  text,
  mc_value: mc,
  children,
});
const treeRow = (root: Json): JsonObject => ({
  question: 'Q?',
  final_answer: '7',
  question_id: 3,
  reasoning_steps: root,
});
const flatRow = (...entries: [string, Json][]): JsonObject => ({
  question: 'Q?',
  final_answer: '7',
  question_id: 3,
  reasoning_steps: entries.map(([prefix, mc]) => ({ solution_prefix: prefix, mc_value: mc })),
});

describe('MATH-APS trees', () => {
  const own = treeRow(
    node('Q?', 0.5, node('a', 0.75, node('b', 1), node('c', 0)), node('d', 1), node('e', 0, node('f', 0.25))),
  );

  it('become one trajectory per leaf, in the order of children, with the nodes they share', () => {
    const all = read(mathAps, own);
    assert.deepEqual(texts(all), ['a | b', 'a | c', 'd', 'e | f']);
    assert.deepEqual(all.map(labelsInShort), ['(0.75)+', '(0.75)-', '+', '-(0.25)']);
    assert.deepEqual(nodes(all), [['0.0', '0.0.0'], ['0.0', '0.0.1'], ['0.1'], ['0.2', '0.2.0']]);
    assert.deepEqual([all[1]!.id, all[1]!.problem, all[1]!.gold], ['3', 'Q?', '7']);
    assert.deepEqual(all[1]!.steps[1]!.place.path, ['reasoning_steps', 'children', 0, 'children', 1, 'text']);
  });

  it('say the same when every text repeats all that comes before it', () => {
    const repeated = treeRow(
      node(
        'Q?',
        0.5,
        node('Q?\na', 0.75, node('Q?\na\n\nb', 1), node('Q?\na c ', 0)),
        node('Q? d', 1),
        node('Q?\ne', 0, node('Q?\ne\nf', 0.25)),
      ),
    );
    const all = read(mathAps, repeated);
    assert.deepEqual(texts(all), texts(read(mathAps, own)));
    assert.deepEqual(nodes(all), nodes(read(mathAps, own)));
    assert.equal(textAtPlace(repeated, all[1]!.steps[1]!), 'Q?\na c');
  });

  it('name the node whose text does not go on from its parent', () => {
    const broken = treeRow(node('Q?', 0.5, node('Q?\na', 1, node('Q?\na\nb', 1), node('Q?\nb\nc', 1))));
    assert.match(
      faultOf(mathAps, broken),
      /^reasoning_steps\.children\[0\]\.children\[1\] \(node 0\.0\.1\) does not begin with the text of reasoning_steps\.children\[0\]/,
    );
  });

  it('name what is no node, no text or no estimate', () => {
    assert.match(
      faultOf(mathAps, treeRow(node('Q?', 0.5, node('a', 1.5)))),
      /reasoning_steps\.children\[0\]\.mc_value is a label of an unknown kind: 1\.5\. Expected a number from 0 to 1/,
    );
    assert.match(
      faultOf(mathAps, treeRow({ text: 'Q?', mc_value: 1, children: ['a'] })),
      /reasoning_steps\.children\[0\] is a text, but an object/,
    );
    assert.match(
      faultOf(mathAps, treeRow({ text: 'Q?', mc_value: 1, children: 'a' })),
      /children is a text, but a list of nodes/,
    );
    assert.match(faultOf(mathAps, treeRow(node('Q?', 1, node(5 as never, 1)))), /text is a number/);
    assert.match(faultOf(mathAps, treeRow(null)), /reasoning_steps is null, but an object/);
  });

  it('leave a step without an estimate unlabelled', () => {
    const bare = { text: 'a', children: null };
    assert.equal(labelsInShort(read(mathAps, treeRow(node('Q?', null, bare)))[0]!), '.');
    assert.deepEqual(
      read(mathAps, treeRow(node('Q?', 1))).map(({ steps }) => steps),
      [[]],
    );
  });

  const chain = (levels: number) => {
    let deep = node('end', 1);
    for (let level = 1; level < levels; level++) deep = node('x', 1, deep);
    return treeRow(node('Q?', 1, deep));
  };

  it('of many levels are read, with short names that tell the nodes apart', () => {
    const [only] = read(mathAps, chain(1900));
    assert.equal(only!.steps.length, 1900);
    const names = only!.steps.map((step) => step.node!);
    assert.equal(new Set(names).size, 1900);
    assert.ok(names.every((name) => name.length < 250));
  });

  it('that are too deep or too bushy for memory are faults, not crashes', () => {
    assert.match(faultOf(mathAps, chain(100_000)), /tree is too deep to read/);
    const leaves = Array.from({ length: 1000 }, () => node('leaf', 1));
    let bushy = node('x', 1, ...leaves);
    for (let level = 0; level < 250; level++) bushy = node('x', 1, bushy);
    assert.match(faultOf(mathAps, treeRow(bushy)), /paths of more than 200,000 steps in all/);
  });
});

describe('MATH-APS flat lists', () => {
  it('that grow one trajectory are that trajectory', () => {
    const [only, ...others] = read(
      mathAps,
      flatRow(['Q?', 0.5], ['Q?\na', 1], ['Q?\na\n\nb', 0.25], ['Q?\na\n\nb\nIt is \\boxed{7}.', 0]),
    );
    assert.deepEqual(others, []);
    assert.equal(texts([only!])[0], 'a | b | It is \\boxed{7}.');
    assert.deepEqual([labelsInShort(only!), only!.answer], ['+(0.25)-', '7']);
  });

  it('are a tree whose children may come before their parents, as in real rows', () => {
    const row = flatRow(
      ['Q?', 0.5],
      ['Q?\n\n1', 1],
      ['Q?\n\n2\n\n3\n\n4', 0],
      ['Q?\n\n2', 0.75],
      ['Q?\n\n2\n\n5', 1],
      ['Q?\n\n2\n\n3', 0.5],
    );
    const all = read(mathAps, row);
    assert.deepEqual(texts(all), ['1', '2 | 5', '2 | 3 | 4']);
    assert.deepEqual(all.map(labelsInShort), ['+', '(0.75)+', '(0.75)(0.5)-']);
    assert.deepEqual(nodes(all), [['0.0'], ['0.1', '0.1.0'], ['0.1', '0.1.1', '0.1.1.0']]);
    assert.deepEqual(all[2]!.steps[2]!.place, { path: ['reasoning_steps', 2, 'solution_prefix'], end: 11 });
  });

  it('join the estimates of one point: the last one counts, with a note on the paths through it', () => {
    const row = flatRow(['Q? a', 0], ['Q? a b', 1], ['Q? c', 1], ['Q? c', 1], ['Q? a', 0.25]);
    const all = read(mathAps, row);
    assert.deepEqual(texts(all), ['a | b', 'c']);
    assert.equal(all[0]!.steps[0]!.label, 0.25);
    assert.deepEqual(all[0]!.steps[0]!.place.path, ['reasoning_steps', 4, 'solution_prefix']);
    assert.deepEqual(
      all.map(({ notes }) => notes?.map(({ step, kind }) => [step, kind])),
      [[[1, 'estimates-differ']], []],
    );
    assert.match(
      all[0]!.notes![0]!.message,
      /reasoning_steps\[0\]: incorrect, reasoning_steps\[4\]: 0\.25\)/,
    );
  });

  it('do not take a longer number for one step more', () => {
    const all = read(mathAps, flatRow(['Q? x = 2', 0], ['Q? x = 20', 1], ['Q? x = 2 so', 0.5]));
    assert.deepEqual(texts(all), ['x = 2 | so', 'x = 20']);
  });

  it('may leave the question out, but not in some entries only', () => {
    assert.deepEqual(texts(read(mathAps, flatRow(['a', 1], ['a b', 1]))), ['a | b']);
    assert.match(
      faultOf(mathAps, flatRow(['Q? a', 1], ['b', 1])),
      /reasoning_steps\[1\] does not begin with the question, but others of the row do/,
    );
  });

  it('name the entry that cannot be read', () => {
    assert.match(faultOf(mathAps, flatRow(['Q? a', '1'])), /reasoning_steps\[0\]\.mc_value .* "1"/);
    assert.match(
      faultOf(mathAps, { question: 'Q?', reasoning_steps: [{ solution_prefix: 'Q?' }, 4] }),
      /reasoning_steps\[1\] is a number, but an object/,
    );
  });

  it('give back the paths of the tree they were flattened from, in whatever order', () => {
    const word = fc.constantFrom('a', 'b', 'ab', 'c');
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { minLength: 1 }), (made) => {
        const prefixes = made.flatMap((path) => path.map((_, k) => `Q?\n${path.slice(0, k + 1).join('\n')}`));
        const all = read(mathAps, flatRow(...prefixes.reverse().map((text): [string, Json] => [text, 1])));
        const whole = [...new Set(made.map((path) => path.join(' | ')))];
        const leaves = whole.filter((path) => !whole.some((other) => other.startsWith(`${path} | `)));
        assert.deepEqual(texts(all).sort(), leaves.sort());
      }),
    );
  });
});

describe('OmegaPRM rows', () => {
  it('label only the step that the search stopped at', () => {
    const [only] = read(omegaPrm, { solution_prefix: ['Q?', 'a', 'b'], mc_value: 0.25 });
    assert.deepEqual([only!.problem, texts([only!])[0], labelsInShort(only!)], ['Q?', 'a | b', '.(0.25)']);
    assert.deepEqual(only!.steps[1]!.place.path, ['solution_prefix', 2]);
    assert.equal(labelsInShort(read(omegaPrm, { solution_prefix: ['Q?', 'a'], mc_value: 1.0 })[0]!), '+');
  });

  it('about the question alone have no steps, with a note', () => {
    const [only] = read(omegaPrm, { solution_prefix: ['Q?'], mc_value: 0.5 });
    assert.deepEqual([only!.steps, only!.notes![0]!.kind], [[], 'label-without-step']);
  });

  it('without question or with an impossible value are malformed', () => {
    assert.match(
      faultOf(omegaPrm, { solution_prefix: [], mc_value: 0.5 }),
      /solution_prefix is an empty list/,
    );
    assert.match(faultOf(omegaPrm, { solution_prefix: ['Q', 'a'], mc_value: 2 }), /mc_value .* kind: 2/);
  });
});
