import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../formats/format';
import { checkSchema } from './checkSchema';
import { FAMILIES } from './families';
import { FAMILY_IDS } from './modelSpec';
import { parseCard } from './prmJson';
import { PRM_SCHEMA, type Schema } from './prmSchema';
import { proposeCard } from './proposal';

const MINIMAL = { schema: 1, name: 'M', family: 'qwen2.5-math-prm' };

function spec(card: object) {
  const parsed = parseCard(JSON.stringify(card));
  if (!parsed.ok) assert.fail(parsed.fault.message);
  return parsed.value;
}

function refused(card: object | string): string {
  const parsed = parseCard(typeof card === 'string' ? card : JSON.stringify(card));
  assert.ok(!parsed.ok);
  assert.equal(parsed.fault.kind, 'card-invalid');
  return parsed.fault.message;
}

describe('prm.json', () => {
  it('needs only schema, name and family; the family says the rest', () => {
    // From the model card of Qwen2.5-Math-PRM-7B.
    assert.deepEqual(spec(MINIMAL), {
      name: 'M',
      family: 'qwen2.5-math-prm',
      file: 'model.onnx',
      separator: { text: '<extra_0>', id: 151651 },
      read: 'at-separator',
      head: { kind: 'two-logits', positive: 1 },
      activation: 'softmax',
      template: {
        kind: 'chat',
        layout: 'answer',
        system: 'Please reason step by step, and put your final answer within \\boxed{}.',
      },
      tokenize: 'whole',
      specialTokens: false,
      maxLength: 4096,
      inputs: {
        ids: 'input_ids',
        mask: 'attention_mask',
        positions: 'position_ids',
        stepPositions: 'step_positions',
        features: 'features',
      },
      output: 'logits',
    });
  });

  it('overrides the defaults entry by entry', () => {
    const card = {
      ...MINIMAL,
      separator: { text: '<sep>' },
      head: { kind: 'one-logit' },
      inputs: { ids: 'tokens' },
      licence: 'MIT',
    };
    const { separator, activation, inputs, licence, output } = spec(card);
    assert.deepEqual(separator, { text: '<sep>' });
    assert.equal(activation, 'sigmoid', 'the usual one of the head that was given, not that of the family');
    assert.deepEqual([inputs.ids, inputs.mask], ['tokens', 'attention_mask']);
    assert.equal(licence, 'MIT');
    assert.equal(output, 'logits');
    assert.equal(spec({ ...card, head: { kind: 'rewards' } }).output, 'rewards');
    assert.equal(spec({ ...card, head: { kind: 'rewards' } }).activation, 'none');
  });

  it('fills in the texts that a plain template leaves out', () => {
    const card = {
      ...MINIMAL,
      family: 'cfprm',
      separator: { text: '\n' },
      template: { kind: 'plain', start: '{problem}' },
    };
    assert.deepEqual(spec(card).template, {
      kind: 'plain',
      start: '{problem}',
      prefix: '',
      beforeSeparator: '',
      joiner: '',
    });
  });

  it('names what is wrong and what would be right', () => {
    const cases: [object | string, RegExp][] = [
      ['{"schema": 1,', /not valid JSON/],
      ['[]', /the file is \[\]: it must be an object/],
      [{ name: 'M', family: 'cfprm' }, /schema is missing: it must be 1/],
      [{ ...MINIMAL, schema: 2 }, /schema is 2: it must be 1/],
      [{ ...MINIMAL, name: '' }, /name is empty/],
      [
        { ...MINIMAL, family: 'qwen' },
        /family is "qwen": it must be "cfprm", "qwen2.5-math-prm", .* or "rlhflow"/,
      ],
      [{ ...MINIMAL, seperator: 1 }, /seperator is not known: known are .*separator/],
      [{ ...MINIMAL, separator: { text: 'x', id: -1 } }, /separator\.id is -1: it must be 0 or more/],
      [{ ...MINIMAL, separator: { id: 3 } }, /separator\.text is missing/],
      [{ ...MINIMAL, head: { kind: 'three' } }, /head\.kind is "three": it must be "one-logit"/],
      [{ ...MINIMAL, head: { kind: 'two-logits', positive: 2 } }, /head\.positive is 2: it must be 0 or 1/],
      [{ ...MINIMAL, head: 'one-logit' }, /head is "one-logit": it must be an object/],
      [{ ...MINIMAL, file: '../x.onnx' }, /file is "\.\.\/x\.onnx"/],
      [{ ...MINIMAL, maxLength: 1.5 }, /maxLength is 1\.5: it must be a whole number/],
      [{ ...MINIMAL, specialTokens: 'no' }, /specialTokens is "no": it must be true or false/],
      [{ ...MINIMAL, family: 'cfprm' }, /separator is missing: the family cfprm has no default/],
    ];
    for (const [card, message] of cases) assert.match(refused(card), message);
  });

  describe('operating points', () => {
    const scores = { steps: 40, quantiles: [0.2, 0.8, 1] };
    const points = { rows: 'dev.jsonl', correct: scores, incorrect: scores };
    const firstError = { threshold: 0.4, f1: 0.5, solutions: 12 };

    it('are read as they stand, and none is made up', () => {
      assert.deepEqual(spec({ ...MINIMAL, operatingPoints: points }).operatingPoints, points);
      const whole = { ...points, firstError };
      assert.deepEqual(spec({ ...MINIMAL, operatingPoints: whole }).operatingPoints, whole);
      assert.equal(spec(MINIMAL).operatingPoints, undefined);
      const raw = { ...points, correct: { steps: 1, quantiles: [-4, 7.5] } };
      const family = { head: { kind: 'one-logit' }, activation: 'none' };
      assert.deepEqual(spec({ ...MINIMAL, ...family, operatingPoints: raw }).operatingPoints, raw);
    });

    it('are refused by name where they cannot be', () => {
      const quantiles = (list: unknown) => ({ ...points, correct: { steps: 40, quantiles: list } });
      const cases: [object, RegExp][] = [
        [{ rows: 'dev', correct: scores }, /operatingPoints\.incorrect is missing/],
        [{ ...points, rows: '' }, /operatingPoints\.rows is empty/],
        [{ ...points, threshold: 0.5 }, /operatingPoints\.threshold is not known/],
        [quantiles(0.5), /correct\.quantiles is 0\.5: it must be a list/],
        [quantiles([0.5]), /correct\.quantiles needs 2 entries or more/],
        [quantiles([0.5, 'x']), /correct\.quantiles\[1\] is "x": it must be a number/],
        [quantiles([0.5, 0.4]), /correct\.quantiles\[1\] is 0\.4, less than the one before: order them/],
        [quantiles([0.5, 1.4]), /has the score 1\.4, and activation "softmax" gives scores from 0 to 1/],
        [{ ...points, correct: { ...scores, steps: 0 } }, /correct\.steps is 0: it must be 1 or more/],
        [{ ...points, firstError: { ...firstError, f1: 2 } }, /firstError\.f1 is 2: it must be 1 or less/],
        [{ ...points, firstError: { ...firstError, threshold: -1 } }, /has the score -1/],
      ];
      for (const [operatingPoints, message] of cases)
        assert.match(refused({ ...MINIMAL, operatingPoints }), message);
    });
  });

  it('refuses entries that each are possible, but not together', () => {
    const plain = { kind: 'plain', start: '{problem} ' };
    const shepherd = { schema: 1, name: 'M', family: 'math-shepherd' };
    const cases: [object, RegExp][] = [
      [{ ...MINIMAL, activation: 'none' }, /activation "none" leaves/],
      [{ ...MINIMAL, head: { kind: 'one-logit' }, activation: 'softmax' }, /needs two logits/],
      [{ ...shepherd, template: { kind: 'plain', start: 'Q: ' } }, /no \{problem\}/],
      [{ ...shepherd, tokenize: 'pieces' }, /leave beforeSeparator and joiner out/],
      [{ ...shepherd, template: plain, read: 'before-separator' }, /needs tokenize "pieces"/],
      [{ ...MINIMAL, tokenize: 'pieces' }, /cannot be tokenized in pieces/],
      [{ ...MINIMAL, read: 'before-separator' }, /take read "at-separator"/],
      [{ ...MINIMAL, template: { kind: 'chat', layout: 'turns' } }, /take read "before-separator"/],
    ];
    for (const [card, message] of cases) assert.match(refused(card), message);
  });

  it('has a schema for editors that is the one it is checked with', () => {
    const file = join(__dirname, '../../../media/prm.schema.json');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(PRM_SCHEMA)));
  });

  it('has a schema of which the checker understands every word', () => {
    const known = new Set(
      '$schema title description type properties required additionalProperties enum minimum maximum minLength pattern items minItems oneOf'.split(
        ' ',
      ),
    );
    const visit = (schema: Schema): void => {
      for (const word of Object.keys(schema)) assert.ok(known.has(word), word);
      for (const member of [...Object.values(schema.properties ?? {}), ...(schema.oneOf ?? [])])
        visit(member);
    };
    visit(PRM_SCHEMA);
  });
});

describe('a proposed prm.json', () => {
  const hints = (
    name: string,
    config: { [key: string]: Json } | undefined,
    tokens: readonly string[] = [],
  ) => ({
    name,
    config,
    hasToken: (text: string) => tokens.includes(text),
  });

  it('is one that can be read, with the defaults of the family written out', () => {
    for (const id of FAMILY_IDS.filter((family) => family !== 'cfprm')) {
      const folder = { rlhflow: 'Llama3.1-8B-PRM-Deepseek-Data' }[id as string] ?? id;
      const text = proposeCard(hints(folder, undefined));
      assert.ok(text !== undefined, id);
      const { name, ...proposed } = spec(JSON.parse(text));
      const { name: _, ...plain } = spec({ schema: 1, name: 'x', family: id });
      assert.deepEqual(proposed, plain);
      assert.equal(name, folder);
      assert.deepEqual(checkSchema(JSON.parse(text), PRM_SCHEMA), undefined);
      assert.ok(FAMILIES[id].title.length > 0);
    }
  });

  it('goes by the architecture before the name, and by the tokenizer last', () => {
    const family = (text: string | undefined) => text && JSON.parse(text).family;
    const skywork = { architectures: ['Qwen2ForPrmModel'], max_position_embeddings: 2000 };
    assert.equal(family(proposeCard(hints('qwen2.5-math-prm', skywork))), 'skywork-o1-open-prm');
    assert.equal(JSON.parse(proposeCard(hints('x', skywork))!).maxLength, 2000);
    assert.equal(family(proposeCard(hints('x', {}, ['<extra_0>']))), 'qwen2.5-math-prm');
    assert.equal(proposeCard(hints('llama', { architectures: 'LlamaForCausalLM' })), undefined);
  });
});
