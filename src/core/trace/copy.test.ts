import assert from 'node:assert/strict';
import type { ComputedScores } from '../scores/computed';
import type { Trajectory } from '../trajectory';
import { type CopySource, copyRange, copyStep, copyTrajectory } from './copy';
import { DEFAULT_RENDER, renderPage } from './render';

const place = { path: [] };
const trajectory: Trajectory = {
  id: 'math-17',
  problem: 'What is 6 * 7?',
  answer: '40',
  gold: '42',
  steps: [
    { text: 'Six sevens:\nthat is 40.', label: 'incorrect', score: 0.21, place },
    { text: '```\n# So **40**.\u001b]52;c;eA==\u0007', place },
  ],
};
const computed: ComputedScores = {
  state: 'scored',
  scores: [0.934, 0.5],
  by: { model: 'my `model`', fingerprint: 'x', provider: 'cpu', time: 0 },
  stale: false,
};
const source: CopySource = { trajectory, file: 'a.jsonl', row: 1700, number: 2, of: 3, computed };

describe('a copied step', () => {
  it('is its text, all lines of it, without what a terminal would obey', () => {
    assert.equal(copyStep(source, 0, 'text', false), 'Six sevens:\nthat is 40.');
    assert.equal(copyStep(source, 1, 'text', false), '```\n# So **40**.␛]52;c;eA==␇');
  });

  it('has label, recorded and computed score in words where that is wanted', () => {
    assert.equal(
      copyStep(source, 0, 'text', true),
      'Step 1 of 2: incorrect, recorded score 0.21, computed score 0.93 by my `model`\nSix sevens:\nthat is 40.',
    );
    assert.equal(
      copyStep({ ...source, computed: undefined }, 1, 'text', true).split('\n')[0],
      'Step 2 of 2: unlabelled',
    );
  });

  it('is a block of Markdown whose fence nothing in it can end', () => {
    assert.equal(
      copyStep(source, 1, 'markdown', true),
      '**Step 2 of 2**: unlabelled, computed score 0.50 by `` my `model` ``\n\n````text\n```\n# So **40**.␛]52;c;eA==␇\n````',
    );
  });

  it('is JSON with its place, its text as it is, and null for no label', () => {
    const copied = copyStep(source, 1, 'json', false);
    assert.deepEqual(JSON.parse(copied), {
      id: 'math-17',
      file: 'a.jsonl',
      row: 1700,
      trajectory: 2,
      step: 2,
      text: trajectory.steps[1]!.text,
      label: null,
      computed: { score: 0.5, model: 'my `model`' },
    });
    assert.ok(!copied.includes('\u001b'));
  });
});

describe('a copied trajectory', () => {
  it('is text with problem, answers and steps', () => {
    assert.equal(
      copyTrajectory({ ...source, of: 1, computed: undefined }, 'text'),
      [
        'math-17 (a.jsonl, row 1,700)',
        'What is 6 * 7?',
        'answer 40, gold answer 42',
        'Step 1 of 2: incorrect, recorded score 0.21\nSix sevens:\nthat is 40.',
        'Step 2 of 2: unlabelled\n```\n# So **40**.␛]52;c;eA==␇',
      ].join('\n\n'),
    );
  });

  it('is Markdown', () => {
    const lines = copyTrajectory(source, 'markdown').split('\n');
    assert.equal(lines[0], '## `math-17` (`a.jsonl`, row 1,700, candidate 2/3)');
    assert.ok(lines.includes('answer `40`, gold answer `42`'));
    assert.equal(lines.filter((line) => line.startsWith('**Step ')).length, 2);
  });

  it('is JSON', () => {
    const copied = JSON.parse(copyTrajectory(source, 'json')) as {
      steps: { label: unknown; score?: number }[];
    };
    assert.deepEqual(
      copied.steps.map(({ label, score }) => [label, score]),
      [
        ['incorrect', 0.21],
        [null, undefined],
      ],
    );
  });
});

describe('a copied selection', () => {
  const long = {
    ...trajectory,
    problem: 'How many plums are there in six rows of seven plums each, all in all?',
  };
  const row = { row: 1, ordinal: 0, bytes: 1, result: { ok: true as const, value: [long] } };
  const page = renderPage('heading', [row], DEFAULT_RENDER);
  const lines = page.text.split('\n');
  const [first] = page.entries[0]!.steps;
  const copy = (startLine: number, start: number, endLine: number, end: number): string =>
    copyRange(lines, page, { startLine, start, endLine, end });

  it('has no gutter, on whatever line of a step it starts and ends', () => {
    const { line, endLine, textColumn } = first!;
    assert.equal(copy(line, 0, endLine, lines[endLine]!.length), 'Six sevens:\nthat is 40.');
    assert.equal(copy(line, textColumn + 4, line, textColumn + 10), 'sevens');
    assert.equal(copy(line, 2, line, textColumn + 3), 'Six');
    assert.equal(copy(line, textColumn + 4, endLine, textColumn + 4), 'sevens:\nthat');
  });

  it('is the problem without its gutter, and a heading as it is', () => {
    const entry = page.entries[0]!;
    assert.equal(copy(entry.line + 1, 0, entry.line + 1, 300), long.problem);
    assert.equal(copy(entry.line, 0, entry.line, 9), lines[entry.line]!.slice(0, 9));
  });

  it('of the gutter alone is what was selected', () => {
    const { line, labelColumn } = first!;
    assert.equal(copy(line, labelColumn, line, labelColumn + 7), '✗  0.21');
  });
});
