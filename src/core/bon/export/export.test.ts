import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GRADER } from '../../grade/grader';
import type { Trajectory } from '../../trajectory';
import { type Comparison, compare, selectionStrip } from '../comparison';
import { CandidatePool } from '../pool';
import { comparisonCsv } from './csv';
import { comparisonHtml } from './html';
import { comparisonMarkdown } from './markdown';

const solution = (
  texts: readonly string[],
  scores: readonly number[],
  answer: string,
  gold = '7',
): Trajectory => ({
  id: 'p1',
  problem: 'How many?\nSay why.',
  steps: texts.map((text, index) => ({ text, score: scores[index], place: { path: [] } })),
  gold,
  answer,
});

function comparisonOf(trajectories: readonly Trajectory[], n = trajectories.length): Comparison {
  const pool = new CandidatePool();
  for (const [index, trajectory] of trajectories.entries()) pool.add('p', index + 1, 0, trajectory);
  const [problem] = pool.judge('graded').problems;
  const scoring = { weight: 'last', areLogits: false } as const;
  return compare({ problem: problem!, isJudged: true, trajectories, n, scoring, grader: GRADER });
}

/** Reads CSV back, by RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gu;
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(pattern)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const TWO = comparisonOf([
  solution(['Count.', 'It is 8.'], [0.9, 0.8], '8'),
  solution(['Count.', 'It is 7.', 'Done.'], [0.7, 0.95, 0.9], '7.0'),
]);

describe('the comparison of candidates', () => {
  it('says what each rule chooses, and where the candidates part', () => {
    assert.equal(
      selectionStrip(TWO),
      'min → #1 wrong, product → #1 wrong, last → #2 correct, mean → #1 wrong, ' +
        'majority → #1 wrong, weighted → #2 correct, first → #1 wrong, oracle correct',
    );
    assert.equal(TWO.firstDivergence, 2);
    assert.deepEqual(TWO.candidates[1]!.chosenBy, ['last', 'weighted']);
    assert.deepEqual(
      TWO.candidates.map(({ steps }) => steps.map(({ group }) => group)),
      [
        [0, 1],
        [0, 2, 3],
      ],
    );
  });

  it('chooses among the first n only', () => {
    const one = comparisonOf([solution(['a'], [0.1], '8'), solution(['b'], [0.9], '7')], 1);
    assert.match(selectionStrip(one), /^min → #1 wrong.*oracle wrong$/u);
    assert.deepEqual([one.n, one.candidates.length, one.candidates[1]!.chosenBy.length], [1, 2, 0]);
  });

  it('leaves out rules that cannot choose', () => {
    const bare = comparisonOf([solution(['a'], [], '7')]);
    assert.equal(selectionStrip(bare), 'majority → #1 correct, first → #1 correct, oracle correct');
    assert.equal(bare.candidates[0]!.aggregates, undefined);
  });
});

describe('a comparison as CSV', () => {
  it('has a row per step, with every digit', () => {
    const [head, ...rows] = parseCsv(comparisonCsv(TWO));
    assert.deepEqual([head!.length, rows.length], [15, 5]);
    assert.deepEqual(rows[3], [
      ...['2', '2', 'correct', '7.0', '0.7', `${TWO.candidates[1]!.aggregates!.product}`, '0.9'],
      ...[`${TWO.candidates[1]!.aggregates!.mean}`, 'last weighted', '', 'file', '2', '0.95', '', 'It is 7.'],
    ]);
  });

  it('gives texts back as they are, and runs none as a formula', () => {
    const text = fc.string({ unit: 'binary' }).filter((given) => given.trim() !== '');
    const property = fc.property(text, (given) => {
      const cells = parseCsv(comparisonCsv(comparisonOf([solution([given], [0.5], '7')])));
      const found = cells[1]!.at(-1)!;
      assert.ok(found === given || found === `'${given}`);
      assert.ok(!/^[=@]/u.test(found));
    });
    fc.assert(property);
    const cell = (given: string) =>
      parseCsv(comparisonCsv(comparisonOf([solution([given], [], '7')])))[1]!.at(-1);
    assert.equal(cell('=HYPERLINK("x")'), '\'=HYPERLINK("x")');
    assert.equal(cell('-3'), '-3');
    assert.equal(cell('-3+A1'), "'-3+A1");
  });
});

describe('every export', () => {
  const wrong = comparisonOf([solution(['2 + 2 = 5, so', 'It is 7.'], [0.4, 0.9], '7')]);
  const all = (comparison: Comparison): string[] => [
    comparisonMarkdown(comparison),
    comparisonHtml(comparison, false),
    comparisonCsv(comparison),
  ];

  it('names the step with a false equation, and no other', () => {
    const marks = [/≠ false equation/gu, /≠ false equation/gu, /,false,/gu];
    for (const [index, text] of all(wrong).entries()) assert.equal(text.match(marks[index]!)?.length, 1);
  });

  it('says whose scores they are, once they are not those of the file', () => {
    for (const text of all(wrong)) assert.doesNotMatch(text, /mini-prm/u);
    for (const text of all({ ...wrong, scoredBy: 'mini-prm' })) assert.match(text, /mini-prm/u);
    assert.match(comparisonCsv(wrong), /,file,1,0\.4,false,/u);
  });
});

describe('a comparison as Markdown', () => {
  it('shows the choices, a table and every step', () => {
    const text = comparisonMarkdown(TWO);
    assert.match(text, /Among the first 2: min → #1 wrong, .*Graded by cfprm 1\./);
    assert.match(
      text,
      /\| 2 \| correct \| `7\.0` \| 0\.7 \| 0\.5985 \| 0\.9 \| 0\.85 \| last, weighted \| 3 \| 2 \|/,
    );
    assert.match(text, /Step 2, score 0\.95\n\n```text\nIt is 7\.\n```/);
    assert.match(text, /First divergence: step 2\./);
  });

  it("shows a model's name as text", () => {
    const text = comparisonMarkdown({ ...TWO, scoredBy: '[a](http://x) <img src=x> `b`\u202e' });
    assert.match(text, /Scores computed by ``\[a\]\(http:\/\/x\) <img src=x> `b`\\u202e``\./u);
  });

  it('keeps texts in their fences and cells', () => {
    const text = comparisonMarkdown(comparisonOf([solution(['```\n# no heading\n```'], [], 'a|b`c')]));
    assert.match(text, /````text\n```\n# no heading\n```\n````/);
    assert.match(text, /\| ``a\\\|b`c`` \|/);
  });
});

describe('a comparison as HTML', () => {
  it('needs nothing from elsewhere and runs nothing', () => {
    const evil = '<script>alert(1)</script><img src=x onerror=alert(1)>';
    const page = comparisonHtml(comparisonOf([solution([evil], [0.5], evil, evil)]), false);
    assert.doesNotMatch(page, /<script|<img|https?:|url\(/iu);
    assert.match(page, /&lt;script&gt;alert\(1\)/);
    assert.match(page, /default-src 'none'/);
  });

  it('has a column per candidate, a row per step, the divergence marked and bars as wide as the scores', () => {
    const page = comparisonHtml(TWO, false);
    assert.equal(page.match(/<th scope="col">/gu)?.length, 3);
    assert.equal(page.match(/<th scope="row">/gu)?.length, 3);
    assert.match(page, /<tr class="divergence"><th scope="row">2 \(first divergence\)<\/th>/);
    assert.match(page, /width:95%/);
    assert.match(comparisonHtml(comparisonOf([solution(['a'], [0], '7')]), true), /width:50%/);
  });
});
