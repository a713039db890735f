import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Aligned, align, type TokenizerView } from './align';
import type { Solution } from './compose';
import { goldenSolution } from './golden';
import type { FamilyId, ModelSpec } from './modelSpec';
import { parseCard } from './prmJson';

/** Ids of the toy tokenizer's own tokens; every other character is a token whose id is its code. */
const SPECIAL: { readonly [text: string]: number } = {
  '<s>': 100_001,
  '<extra_0>': 100_002,
  '<user>': 100_003,
  '<assistant>': 100_004,
  '<system>': 100_005,
  '<end>': 100_006,
};
const SPLIT = /(<(?:s|extra_0|user|assistant|system|end)>)/u;

const toy: TokenizerView = {
  bos: '<s>',
  encode(text, special) {
    const ids = text
      .split(SPLIT)
      .flatMap((part) => SPECIAL[part] ?? [...part].map((character) => character.codePointAt(0)!));
    return special ? [SPECIAL['<s>']!, ...ids] : ids;
  },
  // As the templates of Llama 3 do it: contents are trimmed.
  render: (messages) => ({
    ok: true,
    value: `<s>${messages.map(({ role, content }) => `<${role}>\n\n${content.trim()}<end>`).join('')}`,
  }),
};

function decode(ids: readonly number[]): string {
  const names = new Map(Object.entries(SPECIAL).map(([text, id]) => [id, text]));
  return ids.map((id) => names.get(id) ?? String.fromCodePoint(id)).join('');
}

const SEPARATORS: { readonly [id in FamilyId]: { text: string; id: number } } = {
  cfprm: { text: '\n', id: 10 },
  'qwen2.5-math-prm': { text: '<extra_0>', id: SPECIAL['<extra_0>']! },
  'math-shepherd': { text: 'к', id: 0x43a },
  'skywork-o1-open-prm': { text: '\n', id: 10 },
  rlhflow: { text: '+', id: 0x2b },
};

function specOf(family: FamilyId, more: object = {}): ModelSpec {
  const parsed = parseCard(
    JSON.stringify({ schema: 1, name: 'Toy', family, separator: SEPARATORS[family], ...more }),
  );
  if (!parsed.ok) assert.fail(parsed.fault.message);
  return parsed.value;
}

function aligned(family: FamilyId, solution: Solution, more?: object): Aligned {
  const spec = specOf(family, more);
  const result = align(spec, solution, toy, SEPARATORS[family].id);
  if (!result.ok) assert.fail(result.fault.message);
  return result.value;
}

const TWO: Solution = { problem: '1+1?', steps: ['1+1', 'is 2'] };

describe('aligning steps with tokens', () => {
  // The texts as the families' own scripts build them, written out by hand.
  const TEXTS: { readonly [id in FamilyId]: string } = {
    cfprm: '1+1?\n1+1\nis 2\n',
    'qwen2.5-math-prm':
      '<s><system>\n\nPlease reason step by step, and put your final answer within \\boxed{}.<end>' +
      '<user>\n\n1+1?<end><assistant>\n\n1+1<extra_0>is 2<extra_0><end>',
    'math-shepherd': '<s>1+1? Step 1: 1+1 к\nStep 2: is 2 к',
    'skywork-o1-open-prm': '<s>1+1?\n1+1\nis 2\n',
    rlhflow: '<s><user>\n\n1+1? 1+1<end><assistant>\n\n+<end><user>\n\nis 2<end><assistant>\n\n+<end>',
  };
  const ENDS: { readonly [id in FamilyId]: readonly [string, string] } = {
    cfprm: ['?\n1+1\n', 'is 2\n'],
    'qwen2.5-math-prm': ['1+1<extra_0>', 'is 2<extra_0>'],
    'math-shepherd': ['1+1 к', 'is 2 к'],
    'skywork-o1-open-prm': ['?\n1+1\n', 'is 2\n'],
    // Where the "+" is predicted, not where it stands.
    rlhflow: ['1+1<end><assistant>\n\n', 'is 2<end><assistant>\n\n'],
  };
  for (const family of Object.keys(TEXTS) as FamilyId[]) {
    it(`of ${family}: the text of its own script, read where that reads it`, () => {
      const { ids, positions } = aligned(family, TWO);
      assert.equal(decode(ids), TEXTS[family]);
      assert.equal(positions.length, 2);
      positions.forEach((position, step) => {
        const before = decode(ids.slice(0, position + 1));
        assert.ok(before.endsWith(ENDS[family][step]!), before);
      });
    });

    it(`of ${family}: one place per step and in order, whatever the texts are`, () => {
      const separator = SEPARATORS[family];
      const text = fc
        .string({
          unit: fc.constantFrom('a', '+', '-', '\n', ' ', '7', 'Step 1: ', '<', 'é', '𝔸', '\u{f0000}'),
        })
        .filter(
          (value) => family === 'rlhflow' || !value.includes(separator.text) || separator.text === '\n',
        );
      fc.assert(
        fc.property(text, fc.array(text, { maxLength: 6 }), (problem, steps) => {
          const { ids, positions } = aligned(family, { problem, steps });
          assert.equal(positions.length, steps.length);
          let last = -1;
          positions.forEach((position, index) => {
            assert.ok(position > last);
            last = position;
            const at = family === 'rlhflow' ? position + 1 : position;
            assert.equal(ids[at], separator.id);
            const before = decode(ids.slice(0, at));
            const step = family === 'rlhflow' ? steps[index]!.trim() : steps[index]!.trimStart();
            const tail = { rlhflow: '<end><assistant>\n\n', 'math-shepherd': ' ' }[family as string] ?? '';
            assert.ok(before.endsWith(step + tail), JSON.stringify([before, step]));
          });
        }),
        { numRuns: 300 },
      );
    });
  }

  it('gives no second number to a step that has one', () => {
    const { ids } = aligned('math-shepherd', { problem: 'p', steps: ['Step 1: a', 'b', 'step 3. c'] });
    assert.equal(decode(ids), '<s>p Step 1: a к\nStep 2: b к\nstep 3. c к');
  });

  it('does not run the model for a solution without steps', () => {
    assert.deepEqual(aligned('rlhflow', { problem: 'p', steps: [] }), { ids: [], positions: [] });
  });

  it('reads before the separator of pieces, too', () => {
    const { ids, positions } = aligned('cfprm', TWO, { read: 'before-separator' });
    assert.deepEqual(
      positions.map((position) => decode([ids[position]!])),
      ['1', '2'],
    );
  });
});

describe('a solution that cannot be aligned', () => {
  function kindOf(
    family: FamilyId,
    solution: Solution,
    view: Partial<TokenizerView> = {},
    vocabulary?: number,
  ) {
    const spec = specOf(family, { maxLength: 200 });
    const result = align(spec, solution, { ...toy, ...view }, SEPARATORS[family].id, vocabulary);
    return result.ok ? 'ok' : `${result.fault.kind}: ${result.fault.message}`;
  }

  it('is one that holds the separator, unless the separator is put between pieces', () => {
    const held = { problem: 'p', steps: ['a', 'b<extra_0>c'] };
    assert.match(kindOf('qwen2.5-math-prm', held), /^separator-in-text: Step 2 holds "<extra_0>"/);
    assert.match(kindOf('qwen2.5-math-prm', { problem: '<extra_0>', steps: ['a'] }), /: The problem holds/);
    assert.equal(kindOf('skywork-o1-open-prm', { problem: 'p\n', steps: ['a\nb'] }), 'ok');
  });

  it('is one whose separators the tokenizer breaks up or joins', () => {
    const encode: TokenizerView['encode'] = (text) => [...text].map((character) => character.codePointAt(0)!);
    assert.match(
      kindOf('qwen2.5-math-prm', TWO, { encode }),
      /^separator-mismatch: The solution has 2 steps, but the tokenizer kept 0 separators "<extra_0>" \(id 100002\)/,
    );
    const joins: TokenizerView['encode'] = (text, special) =>
      toy.encode(text.replaceAll('\n+', '@'), special);
    assert.match(kindOf('rlhflow', TWO, { encode: joins }), /^separator-mismatch: .* joins the answer "\+"/);
  });

  it('is one that is too long: nothing is cut', () => {
    const long = { problem: 'p', steps: ['x'.repeat(300)] };
    assert.match(kindOf('cfprm', long), /^too-long: The solution is 303 tokens long, and Toy reads 200/);
  });

  it('is one with an id that the model does not know', () => {
    assert.match(
      kindOf('cfprm', TWO, {}, 60),
      /^outside-vocabulary: The tokenizer gives the id 63, .* 60 ids/,
    );
    assert.equal(kindOf('cfprm', TWO, {}, 64 + 64), 'ok');
  });

  it('is one whose answers the chat template changes or leaves out', () => {
    const render: TokenizerView['render'] = (messages) =>
      toy.render(messages.filter(({ role }) => role === 'user'));
    assert.match(kindOf('rlhflow', TWO, { render }), /^tokenizer-invalid: The chat template does not write/);
    const refuse: TokenizerView['render'] = () => ({
      ok: false,
      fault: { kind: 'tokenizer-invalid', message: 'no template' },
    });
    assert.equal(kindOf('rlhflow', TWO, { render: refuse }), 'tokenizer-invalid: no template');
  });
});

describe('the golden solution', () => {
  it('is the same at every length, with some wrong sums', () => {
    const { steps } = goldenSolution(8);
    assert.deepEqual(goldenSolution(3).steps, steps.slice(0, 3));
    const right = steps.map((step) => {
      const [, a, b, sum] = /(\d+) \+ (\d+) = (\d+)/u.exec(step)!;
      return Number(a) + Number(b) === Number(sum);
    });
    assert.deepEqual(right, [true, true, false, true, true, false, true, true]);
  });
});
