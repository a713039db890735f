import assert from 'node:assert/strict';
import { labelsInShort, rowsOf } from '../../../../test/support/rows';
import type { Trajectory } from '../../trajectory';
import type { Format, Json, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { fgPrm } from './fgPrm';
import { gsm8kSolutions } from './gsm8kSolutions';
import { lmEval } from './lmEval';
import { ovm } from './ovm';
import { singleOutput } from './singleOutput';
import { stepDpo } from './stepDpo';
import { verl } from './verl';
import { versaPrm } from './versaPrm';

function read(format: Format, row: JsonObject, split?: SplitRule): Trajectory[] {
  const reading = format.read(row, split);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return reading.value;
}

function faultOf(format: Format, row: JsonObject, split?: SplitRule): string {
  const reading = format.read(row, split);
  assert.ok(!reading.ok);
  return reading.fault.message;
}

const texts = (trajectory: Trajectory) => trajectory.steps.map((step) => step.text);
const fixture = (format: Format, name: string) =>
  rowsOf(`test/fixtures/${name}`).map((row) => read(format, row));

describe('GSM8K solutions', () => {
  const row: JsonObject = {
    question: 'q',
    ground_truth: 'It is 3+4=<<3+4=7>>7.\nA: 7',
    '6b_finetuning': { is_correct: false, solution: 'It is 8.\n\nA: 8' },
    mine: { is_correct: true, solution: 'It is 7.\n#### 7' },
    note: { solution: 'no verdict' },
  };

  it('are one trajectory per model, with its name and verdict', () => {
    assert.deepEqual(
      read(gsm8kSolutions, row).map((each) => [
        each.generator,
        each.finalCorrect,
        each.gold,
        each.answer,
        texts(each),
      ]),
      [
        ['6b_finetuning', false, '7', '8', ['It is 8.', 'A: 8']],
        ['mine', true, '7', '7', ['It is 7.', '#### 7']],
      ],
    );
  });

  it('in the dataset itself are the reference, unlabelled, with gold', () => {
    const [got] = fixture(gsm8kSolutions, 'gsm8k-solutions--plain.jsonl')[0]!;
    assert.deepEqual([got!.gold, got!.answer, labelsInShort(got!)], ['63', '63', '...']);
    const answer = 'a\nb\n#### 1,000';
    assert.equal(read(gsm8kSolutions, { question: 'q', answer }, 'whole')[0]!.steps.length, 1);
    assert.equal(gsm8kSolutions.recognise({ question: 'q', answer, response: 'r' }), undefined);
  });

  it('without a model that has both fields say which comes closest', () => {
    const { '6b_finetuning': _, mine: __, ...rest } = row;
    assert.match(faultOf(gsm8kSolutions, rest), /note\.solution is a text and note\.is_correct is missing/);
  });
});

describe('OVM rows', () => {
  const row = (output: JsonObject): JsonObject => ({
    idx: 4,
    question: 'q\n',
    ground_truth: '7',
    outputs: [output],
  });

  it('with "[invalid]" have neither an answer nor a verdict, with a note', () => {
    const output = { response: 'The answer is 7', response_answer: '[invalid]', label: '[invalid]' };
    const [got] = read(ovm, row(output));
    assert.deepEqual([got!.answer, got!.finalCorrect, got!.gold, got!.id], [undefined, undefined, '7', '4']);
    assert.equal(got!.notes?.[0]?.kind, 'answer-missing');
  });

  it('of a verifier keep the last value as the score, and count the tokens', () => {
    const output = { response: 'a\nb', label: true, tokens: [1, 2, 3], vscores: [0.1, 0.2, 0.3, -0.4] };
    const [got] = read(ovm, row(output));
    assert.deepEqual([got!.score, got!.tokens, got!.finalCorrect, got!.problem], [-0.4, 3, true, 'q']);
    assert.ok(got!.steps.every((step) => step.score === undefined));
    const [odd] = read(ovm, row({ ...output, vscores: [0.1, null] }));
    assert.deepEqual([odd!.score, odd!.notes?.[0]?.kind], [undefined, 'scores-not-read']);
  });

  it('of process samples have a label per line', () => {
    assert.deepEqual(fixture(ovm, 'ovm--process.jsonl')[0]!.map(labelsInShort), ['+++-', '++++']);
    const output = { response: 'a\nb', label: true, response_answer: '7', step_labels: [true] };
    assert.equal(labelsInShort(read(ovm, row(output))[0]!), '+');
    assert.match(
      faultOf(ovm, row({ ...output, step_labels: [true, true, false] })),
      /outputs\[0\]\.step_labels has 3 entries for 2 steps/,
    );
    assert.match(
      faultOf(ovm, row({ ...output, step_labels: [true, true] }), 'whole'),
      /2 entries for 1 step/,
    );
  });

  it('of one response, with the prompt that explains a Game of 24', () => {
    const [got] = fixture(ovm, 'ovm--generator.jsonl')[0]!;
    assert.match(got!.problem, /^Use numbers .*Input: 1 1 4 6$/su);
    assert.deepEqual([got!.answer, got!.finalCorrect, got!.steps.length], ['4 * (6 * (1 + 1))', false, 4]);
    assert.deepEqual(got!.steps[0]!.place, { path: ['response'], end: 23 });
  });
});

describe('VersaPRM rows', () => {
  it('give steps their alternatives, and say which have no step', () => {
    const [first, second, third] = fixture(versaPrm, 'versaprm--alternatives.jsonl')[0]!;
    assert.deepEqual(first!.steps[0]!.alternatives, [{ text: '6 * 7 = 48.', label: 'incorrect' }]);
    assert.deepEqual(first!.steps[1]!.alternatives, [{ text: 'So far 42.', label: 'neutral' }]);
    assert.deepEqual(
      first!.notes?.map((note) => note.kind),
      ['alternatives-not-read'],
    );
    assert.deepEqual([first!.gold, first!.id, second!.id], ['40', 'mmlu_1', 'mmlu_1']);
    assert.deepEqual([first!, second!, third!].map(labelsInShort), ['++', '--', '.']);
    assert.equal(third!.notes?.[0]?.kind, 'labels-missing');
  });

  it('read 0 as neutral and refuse other labels', () => {
    const row = (labels: Json): JsonObject => ({
      question: 'q',
      chain_of_thoughts: [{ steps: ['a', 'b'], labels }],
    });
    assert.equal(labelsInShort(read(versaPrm, row([0, -1]))[0]!), '0-');
    assert.match(faultOf(versaPrm, row([1, 0.5])), /chain_of_thoughts\[0\]\.labels .* at step 2: 0\.5/);
    assert.match(faultOf(versaPrm, row([1])), /has 1 entry for 2 steps/);
  });
});

describe('FG-PRM rows', () => {
  const row = (text: string, tags: string): JsonObject => ({
    text: text.split(' '),
    feedback_tags: tags.split(' '),
  });

  it('end a step at each tag, note the type of error, and leave the tail unlabelled', () => {
    const [got] = fixture(fgPrm, 'fg-prm--tail.jsonl')[0]!;
    assert.deepEqual(
      [got!.problem, texts(got!)],
      ['What is 6 * 7?', ['Step 1: 6 * 7 = 48.', 'Step 2: So 48.', '# Answer 48']],
    );
    assert.equal(labelsInShort(got!), '-+.');
    assert.deepEqual(got!.notes, [
      { step: 1, kind: 'error-type', isFact: true, message: 'Type of error: F-ERR.' },
    ]);
    assert.equal(got!.answer, '48');
    assert.deepEqual(
      got!.steps.map(({ place }) => place),
      [
        { path: ['text', 11], onlyEnd: true },
        { path: ['text', 16], onlyEnd: true },
        { path: ['text', 20], onlyEnd: true },
      ],
    );
  });

  it('leave a step unlabelled whose tag says nothing, and keep one without words', () => {
    const [got] = read(fgPrm, row('a ки ки b ки', 'Ignore Ignore O Ignore Fabrication'));
    assert.deepEqual([texts(got!), labelsInShort(got!)], [['a', '', 'b'], '.+-']);
  });

  it('with another number of tags than words are malformed', () => {
    assert.match(faultOf(fgPrm, row('a ки', 'O')), /feedback_tags has 1 entry for 2 words/);
    assert.match(faultOf(fgPrm, row('a b', 'O O')), /no step tag/);
  });
});

describe('verl rows', () => {
  it('have the problem without the chat template, and the reward as it is', () => {
    const got = fixture(verl, 'verl--chatml.jsonl').map(([only]) => only!);
    assert.deepEqual(
      got.map((each) => [each.problem, each.score, each.finalCorrect, each.answer, each.steps.length]),
      [
        ['What is 6 * 7?', 1, true, '42', 2],
        ['What is 6 * 7?', -1, false, undefined, 1],
      ],
    );
    assert.match(fixture(verl, 'verl.jsonl')[0]![0]!.problem, /^A crate .* bruised\?$/u);
  });

  it('take only 0 and 1 for a verdict, and split as the user says', () => {
    const row = { input: 'p', output: 'a\nb\n\nc', score: 0.2, step: 1, acc: 0.5 };
    assert.equal(read(verl, row)[0]!.finalCorrect, undefined);
    assert.deepEqual(texts(read(verl, row)[0]!), ['a\nb', 'c']);
    assert.deepEqual(texts(read(verl, row, 'line')[0]!), ['a', 'b', 'c']);
  });
});

describe('lm-eval rows', () => {
  it('have a candidate per response, and a verdict only for one alone', () => {
    const several = fixture(lmEval, 'lm-eval--repeats.jsonl')[0]!;
    assert.deepEqual(
      several.map((each) => [each.id, each.problem, each.gold, each.answer, each.finalCorrect]),
      [
        ['7', 'What is 6 * 7?', '42', '42', undefined],
        ['7', 'What is 6 * 7?', '42', '48', undefined],
        ['7', 'What is 6 * 7?', '42', undefined, undefined],
      ],
    );
    assert.deepEqual(several[1]!.steps[0]!.place, { path: ['resps', 0, 1], end: 11 });
    const alone = fixture(lmEval, 'lm-eval.jsonl').map(([only]) => [only!.finalCorrect, only!.answer]);
    assert.deepEqual(alone[1], [false, '52']);
  });

  it('take the problem from the prompt if doc has none', () => {
    const row = { doc: { x: 1 }, target: 4, resps: [['4']], filtered_resps: ['4'] };
    const args: [Json, string][] = [
      [[['user\nWhat is 2+2?\nassistant\n', {}]], 'What is 2+2?'],
      [{ gen_args_0: { arg_0: '2+2=' } }, '2+2='],
    ];
    for (const [args_, problem] of args) {
      const [got] = read(lmEval, { ...row, arguments: args_ });
      assert.deepEqual([got!.problem, got!.gold], [problem, '4']);
    }
    assert.match(faultOf(lmEval, { ...row, arguments: [] }), /no problem/);
  });

  it('of multiple-choice tasks are no solutions', () => {
    const row: JsonObject = { doc: { question: 'q' }, arguments: [['q', ' a']], resps: [[[-1.5, false]]] };
    assert.equal(lmEval.recognise(row), undefined);
    assert.match(faultOf(lmEval, row), /resps\[0\]\[0\] is a list.*log-likelihoods and no solutions/);
  });
});

describe('Step-DPO rows', () => {
  it('are the chosen and the rejected step after the same steps', () => {
    const [chosen, rejected] = fixture(stepDpo, 'step-dpo--marker.jsonl')[0]!;
    const shared = ["Let's think step by step.", 'Step 1: On Tuesday Mina reads 14 * 2 = 28 pages.'];
    assert.deepEqual(texts(chosen!), [...shared, 'Step 2: Together that is 14 + 28 = 42 pages.']);
    assert.deepEqual(texts(rejected!), [...shared, 'Step 2: Together that is 14 + 28 = 52 pages.']);
    assert.deepEqual([chosen!, rejected!].map(labelsInShort), ['..+', '..-']);
    assert.deepEqual(chosen!.steps[2]!.place, { path: ['chosen'], end: 37, onlyEnd: true });
    assert.equal(chosen!.gold, '42');
  });

  it('put a text that has its own marker, or no step before it, as it is', () => {
    const named = fixture(stepDpo, 'step-dpo.jsonl')[0]![0]!;
    assert.deepEqual(
      [named.steps.at(-1)!.text, named.steps.at(-1)!.place.onlyEnd],
      ['Step 2: good.', undefined],
    );
    const [, rejected] = fixture(stepDpo, 'step-dpo--marker.jsonl')[1]!;
    assert.deepEqual([texts(rejected!), labelsInShort(rejected!)], [['2 + 2 = 5.'], '-']);
  });
});

describe('rows of one output', () => {
  it('know who wrote it, its answer, the gold answer and the verdict', () => {
    const [got] = fixture(singleOutput, 'single-output.jsonl')[1]!;
    assert.deepEqual(
      [got!.id, got!.generator, got!.answer, got!.gold, got!.finalCorrect, got!.steps.length],
      ['1', 'synthetic', '52', '42', false, 3],
    );
    const row = { prompt: 'User: q\n\nAssistant:', model_prediction: 'a', result: 1, answer: 'x\n#### 9' };
    const [bare] = read(singleOutput, row);
    assert.deepEqual([bare!.problem, bare!.gold, bare!.finalCorrect], ['q', '9', true]);
  });
});
