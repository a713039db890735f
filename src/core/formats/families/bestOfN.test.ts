import assert from 'node:assert/strict';
import { labelsInShort, textAtPlace } from '../../../../test/support/rows';
import type { Trajectory } from '../../trajectory';
import type { Format, Json, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { openr } from './openr';
import { pqm } from './pqm';
import { qwenMath } from './qwenMath';
import { restMcts } from './restMcts';
import { rlhflow } from './rlhflow';
import { rlhflowBon } from './rlhflowBon';
import { searchAndLearn } from './searchAndLearn';
import { skywork } from './skywork';

function read(format: Format, row: JsonObject, split?: SplitRule): Trajectory[] {
  const reading = format.read(row, split);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return reading.value;
}

function faultOf(format: Format, row: JsonObject): string {
  const reading = format.read(row);
  assert.ok(!reading.ok);
  return reading.fault.message;
}

const texts = (trajectory: Trajectory) => trajectory.steps.map((step) => step.text);
const scores = (trajectory: Trajectory) => trajectory.steps.map((step) => step.score);
const kinds = (trajectory: Trajectory) => trajectory.notes?.map((note) => note.kind);

describe('RLHFlow outcome rows', () => {
  const turn = (content: string, sign: string): JsonObject => ({
    conversations: [
      { role: 'user', content },
      { role: 'assistant', content: sign },
    ],
  });

  it('give the verdict to the answer and no label to any step', () => {
    const row = turn('What is 1+1? Step 1: Add. Step 2: It is $2$. The answer is 2.', '+');
    const [only] = read(rlhflow, row);
    assert.equal(only!.problem, 'What is 1+1?');
    assert.deepEqual(texts(only!), ['Step 1: Add.', 'Step 2: It is $2$. The answer is 2.']);
    assert.deepEqual([labelsInShort(only!), only!.finalCorrect, only!.answer], ['..', true, '2']);
    assert.equal(textAtPlace(row, only!.steps[0]!), 'What is 1+1? Step 1: Add.');
    assert.equal(read(rlhflow, turn('Q? Step 1: a. Step 2: b.', '-'))[0]!.finalCorrect, false);
  });

  it('keep a "Step 1:" that a later step quotes in that step', () => {
    const [only] = read(rlhflow, turn('Q? Step 1: a. Step 2: by Step 1: b.', '+'));
    assert.equal(only!.problem, 'Q?');
    assert.deepEqual(texts(only!), ['Step 1: a.', 'Step 2: by Step 1: b.']);
  });

  it('without step markers are cut at blank lines, with a note that the problem was not found', () => {
    const [only] = read(rlhflow, turn('What is 1+1? We add.\n\nSo \\boxed{2}.', '-'));
    assert.deepEqual(texts(only!), ['What is 1+1? We add.', 'So \\boxed{2}.']);
    assert.deepEqual([only!.problem, kinds(only!)], ['', ['problem-not-separated']]);
  });

  it('are cut by the rule that the user said', () => {
    const [only] = read(rlhflow, turn('Q? Step 1: a.\nb.\nStep 2: c.', '+'), 'line');
    assert.deepEqual(texts(only!), ['Step 1: a.', 'b.', 'Step 2: c.']);
  });

  it('are told from process rows of one step, and from a merged window of several', () => {
    const step = read(rlhflow, turn('Q? Step 1: a', '-'))[0]!;
    assert.deepEqual([labelsInShort(step), step.finalCorrect], ['-', undefined]);
    const merged = { ...turn('Q? Step 1: a\nStep 2: b', '-'), cfprm: { window: 2 } };
    assert.deepEqual(read(rlhflow, merged).map(labelsInShort), ['-']);
    assert.match(rlhflow.recognise(merged)!, /conversations of steps/);
    assert.match(rlhflow.recognise(turn('Q? Step 1: a\nStep 2: b', '-'))!, /conversations of a solution/);
  });
});

describe('RLHFlow best-of-N rows', () => {
  const row = { prompt: 'Q', answers: ['a\n\nb', 'Step 1: c\nStep 2: d\nStep 3: \\boxed{4}', ''] };

  it('take the verdicts from label or labels', () => {
    for (const key of ['label', 'labels']) {
      const all = read(rlhflowBon, { ...row, [key]: [1, 0, null] });
      assert.deepEqual(
        all.map((each) => each.finalCorrect),
        [true, false, undefined],
      );
      assert.ok(all.every((each) => /^\.*$/u.test(labelsInShort(each))));
    }
  });

  it('cut an answer so that its steps fit its scores, unless the user said how', () => {
    const scored = { ...row, label: [1, 1, 0], step_scores: [[0.5, 0.25], [0.9, 0.8, 0.7], []] };
    const all = read(rlhflowBon, scored);
    assert.deepEqual(all.map(scores), [[0.5, 0.25], [0.9, 0.8, 0.7], []]);
    assert.deepEqual(all.map(kinds), [[], [], []]);
    const whole = read(rlhflowBon, scored, 'blank-line');
    assert.deepEqual([scores(whole[1]!), kinds(whole[1]!)], [[undefined], ['scores-not-read']]);
    assert.match(whole[1]!.notes![0]!.message, /step_scores\[1\] has 3 entries for 1 step/);
  });

  it('leave out scores that are not one list per answer', () => {
    const all = read(rlhflowBon, { ...row, step_scores: [[0.5, 0.25]] });
    assert.deepEqual(all.map(kinds), [['scores-not-read'], ['scores-not-read'], ['scores-not-read']]);
    assert.match(all[0]!.notes![0]!.message, /step_scores has 1 entry for 3 candidates/);
  });

  it('with verdicts that do not fit the answers are malformed', () => {
    assert.match(faultOf(rlhflowBon, { ...row, label: [1, 0] }), /label has 2 entries for 3 candidates/);
    assert.match(
      faultOf(rlhflowBon, { ...row, labels: [1, 2, 0] }),
      /labels has a verdict of an unknown kind at candidate 2: 2/,
    );
    assert.match(faultOf(rlhflowBon, { ...row, answers: ['a', 3] }), /answers has a number at answer 2/);
  });
});

describe('PQM rows', () => {
  const scored = {
    idx: 4,
    prompt: 'Q',
    response: 'Step 1: a\nStep 2: b',
    solution: 'So it is $\\boxed{5}$.',
    answer: 'Step 1: a [PRM]\nStep 2: b [PRM]',
    reward: -2.5,
  };

  it('cut the text at its tags, and keep logits as they are', () => {
    const row = { ...scored, step_reward: [3.5, -2.5] };
    const [only] = read(pqm, row);
    assert.deepEqual(
      [texts(only!), scores(only!)],
      [
        ['Step 1: a', 'Step 2: b'],
        [3.5, -2.5],
      ],
    );
    assert.deepEqual([only!.id, only!.gold, only!.score], ['4', '5', -2.5]);
    assert.equal(textAtPlace(row, only!.steps[1]!), 'Step 1: a [PRM]\nStep 2: b');
  });

  it('drop the rewards with which a batch was filled up, with a note', () => {
    const [only] = read(pqm, { ...scored, step_reward: [3.5, -2.5, 0.1, 0.1] });
    assert.deepEqual([scores(only!), kinds(only!)], [[3.5, -2.5], ['scores-padded']]);
    const [short] = read(pqm, { ...scored, step_reward: [3.5] });
    assert.deepEqual([scores(short!), kinds(short!)], [[undefined, undefined], ['scores-not-read']]);
  });

  it('without a tagged answer are cut before step markers, or by the rule of the user', () => {
    const { answer: _, ...bare } = { ...scored, step_reward: [1, 2] };
    assert.deepEqual(scores(read(pqm, bare)[0]!), [1, 2]);
    assert.deepEqual(read(pqm, bare, 'whole').map(texts), [['Step 1: a\nStep 2: b']]);
  });

  it('of test sets are one trajectory per response, with its model', () => {
    const responses = [
      { text: 'Step 1: a\nStep 2: The answer is: 3', model_name: 'm' },
      { text: '', model_name: null },
    ];
    const all = read(pqm, { question: 'Q', responses });
    assert.deepEqual(all.map(texts), [['Step 1: a', 'Step 2: The answer is: 3'], []]);
    assert.deepEqual(
      all.map((each) => [each.generator, each.answer]),
      [
        ['m', '3'],
        [undefined, undefined],
      ],
    );
    assert.match(
      faultOf(pqm, { question: 'Q', responses: [{ text: 1 }] }),
      /responses\[0\]\.text is a number/,
    );
  });
});

describe('OpenR rows', () => {
  it('of searches are one trajectory per path, cut at the tags, with values and tokens', () => {
    const output: JsonObject[] = [
      { path_idx: 0, text: 'a ки\nb ки\n', value: [0.5, 1.25], completion_tokens: 12 },
      { path_idx: 1, text: 'ложки ки\nrest', value: [0.5], completion_tokens: 3 },
      { path_idx: 2, text: 'a\nb', value: [0.5, 0.25] },
    ];
    const all = read(openr, { question: 'Q', groundtruth: '9', result: { majority_vote: 1 }, output });
    assert.deepEqual(all.map(texts), [
      ['a', 'b'],
      ['ложки', 'rest'],
      ['a', 'b'],
    ]);
    assert.deepEqual(all.map(scores), [
      [0.5, 1.25],
      [undefined, undefined],
      [0.5, 0.25],
    ]);
    assert.deepEqual(all.map(kinds), [[], ['scores-not-read'], []]);
    assert.deepEqual(
      all.map((each) => [each.gold, each.tokens, each.finalCorrect]),
      [
        ['9', 12, undefined],
        ['9', 3, undefined],
        ['9', undefined, undefined],
      ],
    );
  });

  it('of training data take labels in all spellings, under both names', () => {
    const row = { question: 'Q', process: 'a ки\nb ки\nc ки\nd ки' };
    assert.equal(labelsInShort(read(openr, { ...row, labels: [1, 0, null, 0.5] })[0]!), '+-.(0.5)');
    assert.equal(labelsInShort(read(openr, { ...row, label: ['+', '-', '-', '+'] })[0]!), '+--+');
    const bare = read(openr, row)[0]!;
    assert.deepEqual([labelsInShort(bare), kinds(bare)], ['....', ['labels-missing']]);
    assert.match(faultOf(openr, { ...row, labels: [1] }), /labels has 1 entry for 4 steps/);
    assert.match(faultOf(openr, { ...row, label: ['?', 1, 1, 1] }), /unknown kind at step 1: "\?"/);
  });

  it('keep the place of each step in the text, without its tag', () => {
    const row = { question: 'Q', process: 'a ки\nb ки', labels: [1, 1] };
    assert.deepEqual(
      read(openr, row)[0]!.steps.map((step) => textAtPlace(row, step)),
      ['a', 'a ки\nb'],
    );
  });
});

describe('ReST-MCTS* rows', () => {
  const row = (text: string, label: Json = 0.5) => ({ prompt_answer: text, label });

  it('label the last step alone, by the value of the search', () => {
    const text = 'Problem: What is\n1+1?\nSolution:\nStep 1: Add.\nmore\nStep 2: 2';
    const [only] = read(restMcts, row(text));
    assert.equal(only!.problem, 'What is\n1+1?');
    assert.deepEqual(texts(only!), ['Step 1: Add.\nmore', 'Step 2: 2']);
    assert.equal(labelsInShort(only!), '.(0.5)');
    assert.equal(textAtPlace(row(text), only!.steps[1]!), text);
    assert.equal(labelsInShort(read(restMcts, row(text, 1))[0]!), '.+');
    assert.equal(labelsInShort(read(restMcts, row(text, 0))[0]!), '.-');
    assert.match(faultOf(restMcts, row(text, 1.5)), /label is a label of an unknown kind: 1\.5/);
  });

  it('without a solution or without steps say so', () => {
    const glued = read(restMcts, row('What is 1+1?'))[0]!;
    assert.deepEqual([glued.problem, kinds(glued)], ['', ['problem-not-separated']]);
    const empty = read(restMcts, row('Problem: Q\nSolution:\n'))[0]!;
    assert.deepEqual([empty.problem, empty.steps, kinds(empty)], ['Q', [], ['label-without-step']]);
  });

  it('of questions are problems with a gold answer, and no other file with content is taken for one', () => {
    const [only] = read(restMcts, { content: 'Q', answer: '63' });
    assert.deepEqual([only!.problem, only!.gold, only!.answer, only!.steps], ['Q', '63', undefined, []]);
    assert.ok(restMcts.recognise({ content: 'Q', answer: 63 }));
    assert.equal(restMcts.recognise({ content: 'Q', answer: '63', role: 'user' }), undefined);
    assert.equal(restMcts.recognise({ content: 'Q' }), undefined);
  });
});

describe('Skywork rows', () => {
  it('have a step per line and a reward per step', () => {
    const row = { problem: 'Q', response: 'a\n\nb\nc' };
    assert.deepEqual(texts(read(skywork, row)[0]!), ['a', 'b', 'c']);
    assert.deepEqual(scores(read(skywork, { ...row, step_rewards: [0.9, 0.5, 0.1] })[0]!), [0.9, 0.5, 0.1]);
    assert.deepEqual(texts(read(skywork, { ...row, step_rewards: [0.9, 0.5] })[0]!), ['a', 'b\nc']);
    assert.deepEqual(kinds(read(skywork, { ...row, step_rewards: [0.9] })[0]!), []);
    assert.deepEqual(kinds(read(skywork, { ...row, step_rewards: Array(9).fill(1) })[0]!), [
      'scores-not-read',
    ]);
    assert.equal(skywork.recognise({ ...row, steps: ['a'] }), undefined);
  });
});

describe('search-and-learn rows', () => {
  const row = {
    problem: 'Q',
    answer: '63',
    solution: 'long \\boxed{63}',
    unique_id: 'test/1.json',
    completions: ['a\n\nb \\boxed{63}', ''],
    scores: [[0.9, 0.8], []],
    agg_scores: [0.8, 0],
    completion_tokens: [20, 0],
    pred: 'b',
  };

  it('are one trajectory per completion, the empty one too', () => {
    const all = read(searchAndLearn, row);
    assert.deepEqual(all.map(texts), [['a', 'b \\boxed{63}'], []]);
    assert.deepEqual(all.map(scores), [[0.9, 0.8], []]);
    assert.deepEqual(
      all.map((each) => [each.id, each.gold, each.answer, each.score, each.tokens, each.finalCorrect]),
      [
        ['test/1.json', '63', '63', 0.8, 20, undefined],
        ['test/1.json', '63', undefined, 0, 0, undefined],
      ],
    );
  });

  it('leave out a column that does not fit the completions, with a note', () => {
    const all = read(searchAndLearn, { ...row, agg_scores: [0.8], completion_tokens: 20 });
    assert.deepEqual(kinds(all[0]!), ['scores-not-read', 'tokens-not-read']);
    assert.deepEqual([all[0]!.score, all[0]!.tokens, scores(all[0]!)], [undefined, undefined, [0.9, 0.8]]);
  });

  it('without scores yet are known by their tokens', () => {
    const { scores: _, agg_scores: __, ...early } = row;
    assert.equal(searchAndLearn.recognise(early), 'problem, completions and completion_tokens');
    assert.deepEqual(scores(read(searchAndLearn, early)[0]!), [undefined, undefined]);
  });
});

describe('Qwen2.5-Math rows', () => {
  const row = {
    idx: 7,
    question: 'Q',
    gt: '63',
    answer: '\\dfrac{126}{2}',
    code: ['a\n\nThe answer is 63.', 'b\n\nThe answer is 1.'],
    pred: ['63', ''],
    score: [true, false],
  };

  it('take answers, verdicts and nested scores per candidate', () => {
    const all = read(qwenMath, { ...row, pred_score: [[5.375], [-1.25]] });
    assert.deepEqual(
      all.map((each) => [each.id, each.gold, each.answer, each.finalCorrect, each.score]),
      [
        ['7', '63', '63', true, 5.375],
        ['7', '63', '1', false, -1.25],
      ],
    );
    assert.deepEqual(texts(all[1]!), ['b', 'The answer is 1.']);
    assert.deepEqual(texts(read(qwenMath, row, 'whole')[1]!), ['b\n\nThe answer is 1.']);
  });

  it('with verdicts that do not fit are malformed, with other columns that do not fit are read', () => {
    assert.match(faultOf(qwenMath, { ...row, score: [true] }), /score has 1 entry for 2 candidates/);
    const [first] = read(qwenMath, { ...row, pred: ['63'], pred_score: [[1]] });
    assert.deepEqual(kinds(first!), ['answers-not-read', 'scores-not-read']);
    assert.deepEqual([first!.answer, first!.score], ['63', undefined]);
  });

  it('that are inputs of the PRM hold one solution as a list of steps', () => {
    const [only, ...others] = read(qwenMath, { system: 's', query: 'Q', response: ['a', 'b'] });
    assert.deepEqual([others, only!.problem, texts(only!)], [[], 'Q', ['a', 'b']]);
    assert.match(faultOf(qwenMath, { query: 'Q', response: ['a', null] }), /response has null at step 2/);
  });
});
