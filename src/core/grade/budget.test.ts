import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Budget } from './budget';
import { sameAnswer } from './compare';
import { Grader } from './grader';
import { readAnswer } from './read';

const SINES = readAnswer('\\sin 1+\\sin 2+\\sin 3');
const SAME = readAnswer('\\sin 3+\\sin 1+\\sin 2');

/** Counts how often it is asked for more after its end. */
class Watched extends Budget {
  askedAfterEnd = 0;

  override spend(units: number): boolean {
    if (this.isSpent) this.askedAfterEnd++;
    return super.spend(units);
  }
}

describe('the budget of a comparison', () => {
  it('ends it undecided when it is spent, however equal the two are', () => {
    assert.equal(sameAnswer(SINES, SAME, new Budget()), true);
    const small = new Budget(25_000);
    assert.equal(sameAnswer(SINES, SAME, small), undefined);
    assert.ok(small.isSpent);
  });

  it('stops the work at once when it is spent', () => {
    const budget = new Watched(25_000);
    assert.equal(sameAnswer(SINES, SAME, budget), undefined);
    assert.ok(budget.askedAfterEnd <= 2, `${budget.askedAfterEnd}`);
  });

  it('proves nothing by numbers that were too large to be exact', () => {
    const [a, b] = [readAnswer('7^{100000}'), readAnswer('7^{100000}+1')];
    const budget = new Budget();
    assert.equal(sameAnswer(a, b, budget), undefined);
    assert.ok(budget.isRounded && !budget.isSpent);
  });
});

describe('answers that nest or go on without end', () => {
  const nested = [
    '\\frac',
    '\\sqrt',
    '\\binom',
    '\\mathbf\\ln',
    '\\ln',
    '\\sin^',
    '\\log_',
    '^{1}',
    '(',
    '-',
    '|',
  ];
  const long = ['1+', '1*', '!', '%', '°', 'x y', '$', '€', 'million ', 'cm^2 ', 'x_{1}', '1,', '{', 'x='];

  it('are read with a quarter of the stack, whatever is repeated', () => {
    const pairs = [...nested, ...long].flatMap((token) =>
      [1000, 4000].map((count) => `1${token.repeat(Math.min(count, Math.floor(19_000 / token.length)))}1`),
    );
    const { stderr, stdout } = spawnSync(
      process.execPath,
      ['--stack-size=240', '--import', 'tsx', '-e', GRADE_ALL],
      { encoding: 'utf8', cwd: join(__dirname, '../../..'), input: JSON.stringify(pairs) },
    );
    assert.equal(stdout, `${pairs.length} decisions`, stderr);
  });

  it('are the same as themselves, and not decided against others', () => {
    for (const token of nested.slice(0, 4)) {
      const text = token.repeat(1000);
      assert.equal(new Grader().equal(text, `${text} `), true, token);
      assert.equal(new Grader().equal(text, '42'), undefined, token);
    }
  });

  it('are read where they nest as deep as anybody writes', () => {
    for (const [open, close] of [
      ['(', ')'],
      ['\\frac{', '}{1}'],
      ['\\sqrt{', '^2}'],
    ] as const) {
      assert.equal(new Grader().equal(`${open.repeat(30)}7${close.repeat(30)}`, '7'), true, open);
    }
  });
});

const GRADE_ALL = `
  const { Grader } = require('./src/core/grade/grader.ts');
  const grader = new Grader();
  const pairs = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  for (const text of pairs) grader.equal(text, '5');
  process.stdout.write(pairs.length + ' decisions');
`;
