import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCli } from '../../test/support/cli';
import { printed } from '../../test/support/terminal';
import { type BonFlags, bon } from './bon';

const root = path.resolve(__dirname, '../..');
const fixture = (name: string) => path.join(root, 'test/fixtures', name);

function run(file: string, flags: BonFlags = {}, input: readonly Uint8Array[] = []) {
  return printed((terminal) => bon(file, flags, terminal), input);
}

async function json(file: string, flags: BonFlags = {}) {
  const { code, out, err } = await run(file, { ...flags, json: true });
  return { code, err, doc: out === '' ? undefined : JSON.parse(out) };
}

/** A generic row with one candidate of a problem. */
const row = (problem: string, answer: string, scores: readonly number[], more: object = {}) => ({
  problem,
  steps: scores.map((_, index) => (index === scores.length - 1 ? `\\boxed{${answer}}` : 'think')),
  scores,
  gold: '7',
  ...more,
});
const MAPPING = JSON.stringify({
  problem: 'problem',
  steps: 'steps',
  scores: 'scores',
  gold: 'gold',
  id: 'id',
});

describe('cfprm bon', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cfprm-bon-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, rows: readonly object[]): string {
    const at = path.join(folder, name);
    writeFileSync(at, rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
    return at;
  }

  it('prints the document that scripts rely on', async () => {
    const { code, doc, err } = await json(fixture('search-and-learn.jsonl'), { n: '1,2,4' });
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual([doc.problems, doc.candidates], [3, 12]);
    assert.deepEqual(doc.excluded, { noVerdict: 0, noScores: 0, partialScores: 0 });
    assert.deepEqual(Object.keys(doc.n), ['1', '2', '4']);
    const selectors = ['min', 'product', 'last', 'mean', 'majority', 'weighted', 'first', 'random', 'oracle'];
    assert.deepEqual(Object.keys(doc.n['4']), selectors);
    for (const selector of selectors) {
      const { accuracy, low, high, problems } = doc.n['4'][selector];
      assert.ok(low <= accuracy && accuracy <= high && problems === 3, selector);
    }
    // Means over all pairs, by Python's itertools: 1/3 of (3 + 3 + 3 of 6 pairs) by min, (5 + 3 + 3) by last.
    assert.ok(Math.abs(doc.n['2'].min.accuracy - 9 / 18) < 1e-12);
    assert.ok(Math.abs(doc.n['2'].last.accuracy - 11 / 18) < 1e-12);
    assert.deepEqual(doc.ties, { min: 0, product: 0, last: 0, mean: 3 });
    assert.deepEqual(doc.grader, { name: 'cfprm', version: '1' });
    assert.equal(doc.disagreements, 0);
    assert.deepEqual(doc.remarks, { noAnswer: 3, empty: 3, percentSign: 0, undecided: 0, otherGold: 0 });
  });

  it('takes recorded verdicts on demand, and says how many are others than the grader gives', async () => {
    const at = file('verdicts.jsonl', [
      {
        question: 'q',
        code: ['\\boxed{10000}', '\\boxed{2}'],
        pred: ['10000', '2'],
        score: [false, false],
        gt: '10{,}000',
      },
    ]);
    const graded = (await json(at)).doc;
    const recorded = (await json(at, { verdicts: 'recorded' })).doc;
    assert.deepEqual([graded.n['2'].oracle.accuracy, recorded.n['2'].oracle.accuracy], [1, 0]);
    assert.deepEqual([graded.disagreements, recorded.disagreements], [1, 1]);
    assert.deepEqual(graded.disagreementList[0].answer, '10000');
    // Without any score the rules that need one have no accuracy, and the others do.
    assert.deepEqual([graded.n['1'].min, graded.n['1'].weighted, graded.scores.of], [null, null, 'none']);
  });

  it('gathers candidates of a problem wherever they stand, by text or by id', async () => {
    const rows = Array.from({ length: 600 }, (_, index) =>
      row(
        `problem${index < 250 ? ' ' : '\n '}${index % 100}${index < 300 ? ' ' : ''}`,
        index < 100 ? '7' : '8',
        [0.5, index < 100 ? 0.9 : 0.1],
        {
          id: `${index}`,
        },
      ),
    );
    const at = file('mixed.jsonl', rows);
    const { doc } = await json(at, { mapping: MAPPING });
    assert.deepEqual([doc.problems, doc.candidates, Object.keys(doc.n)], [100, 600, ['1', '2', '4', '6']]);
    assert.deepEqual([doc.n['6'].last.accuracy, doc.n['6'].majority.accuracy], [1, 0]);
    const byId = (await json(at, { mapping: MAPPING, by: 'id' })).doc;
    assert.deepEqual([byId.problems, Object.keys(byId.n)], [600, ['1']]);
  });

  it('is the same for the same seed and for every layout of the file', async () => {
    const rows = Array.from({ length: 200 }, (_, index) =>
      row(`p${index % 10}`, `${7 + (index % 3)}`, [((index * 37) % 100) / 100]),
    );
    const at = file('plain.jsonl', rows);
    const zipped = path.join(folder, 'zipped.jsonl.gz');
    writeFileSync(zipped, gzipSync(readFileSync(at)));
    const list = path.join(folder, 'list.json');
    writeFileSync(list, JSON.stringify(rows));
    const flags = { mapping: MAPPING, seed: '3' };
    const same = ({ doc }: Awaited<ReturnType<typeof json>>) => ({ ...doc, file: '', why: '' });
    const plain = same(await json(at, flags));
    assert.deepEqual(same(await json(at, flags)), plain);
    assert.deepEqual(same(await json(zipped, flags)), plain);
    assert.deepEqual(same(await json(list, flags)), plain);
    const piped = await run('-', { ...flags, json: true }, [readFileSync(at)]);
    assert.deepEqual({ ...JSON.parse(piped.out), file: '', why: '' }, plain);
    const other = same(await json(at, { ...flags, seed: '4' }));
    assert.notDeepEqual(other.n, plain.n);
  });

  it('reads scores outside [0, 1] as logits', async () => {
    const at = file('logits.jsonl', [
      row('p', '7', [2, -1]),
      row('p', '8', [-3, 0.5]),
      row('p', '8', [-2, 0]),
    ]);
    const { doc } = await json(at, { mapping: MAPPING, n: '3' });
    assert.equal(doc.scores.areLogits, true);
    // Last: 0.5 is the highest. Votes: sigmoid(-1) = 0.27 for 7 against 0.62 + 0.5 for 8.
    assert.deepEqual(
      [doc.n['3'].min.accuracy, doc.n['3'].last.accuracy, doc.n['3'].weighted.accuracy],
      [1, 0, 0],
    );
  });

  it('weighs votes by the aggregate that is asked for', async () => {
    const at = file('weights.jsonl', [
      row('p', '7', [0.1, 0.9]),
      row('p', '8', [0.3, 0.3]),
      row('p', '8', [0.3, 0.3]),
    ]);
    const weighted = async (weight?: string) =>
      (await json(at, { mapping: MAPPING, n: '3', weight })).doc.n['3'].weighted;
    assert.equal((await weighted()).accuracy, 1);
    assert.equal((await weighted('min')).accuracy, 0);
  });

  it("has the paper's sizes and their mean as a preset, over subsets or of the first", async () => {
    const rows = Array.from({ length: 64 }, (_, index) =>
      row('p', index === 8 ? '7' : '8', [index === 8 ? 0.9 : 0.1]),
    );
    const at = file('paper.jsonl', rows);
    const all = (await json(at, { mapping: MAPPING, n: 'paper' })).doc;
    const first = (await json(at, { mapping: MAPPING, n: 'paper', subset: 'first' })).doc;
    assert.deepEqual(Object.keys(all.n), ['8', '16', '32', '64']);
    // The right one has the best score: it wins wherever it is drawn, with chance n/64.
    for (const n of [8, 16, 32, 64]) assert.ok(Math.abs(all.n[n].min.accuracy - n / 64) < 1e-12);
    assert.ok(Math.abs(all.mean.min.accuracy - (8 + 16 + 32 + 64) / 256) < 1e-12);
    assert.deepEqual(
      [8, 16, 32, 64].map((n) => first.n[n].min.accuracy),
      [0, 1, 1, 1],
    );
    assert.equal(first.mean.min.accuracy, 0.75);
  });

  it('reports malformed rows and answers that cannot be graded, and exits with 1', async () => {
    const good = JSON.stringify(row('p', '7', [0.5]));
    const at = path.join(folder, 'bad.jsonl');
    writeFileSync(at, `${good}\n{"problem":\n${good}\n`);
    const { code, doc } = await json(at, { mapping: MAPPING });
    assert.deepEqual([code, doc.candidates, doc.malformedRows, doc.malformed[0].row], [1, 2, 1, 2]);
    const hard = file('hard.jsonl', [row('p', '9^{9^{9^9}}', [0.5], { gold: '9^{9^{9^8}}' })]);
    const given = await json(hard, { mapping: MAPPING });
    assert.deepEqual(
      [given.code, given.doc.remarks.undecided, given.doc.undecidedList],
      [1, 1, [{ row: 1, candidate: 1 }]],
    );
  });

  it('says what it cannot do, prints nothing, and exits with 2', async () => {
    const cases: [string, BonFlags, RegExp][] = [
      [path.join(folder, 'missing.jsonl'), {}, /missing\.jsonl/],
      [folder, {}, /is a directory/],
      [fixture('trl.jsonl'), {}, /No candidate takes part: of \d+, \d+ have neither a gold answer nor/],
      [
        fixture('search-and-learn.jsonl'),
        { n: '8' },
        /No problem has 8 candidates; the most that one has is 4/,
      ],
      [fixture('search-and-learn.jsonl'), { n: '2,zero' }, /--n has "zero"/],
      [fixture('search-and-learn.jsonl'), { n: '0' }, /--n has "0"/],
      [fixture('search-and-learn.jsonl'), { seed: '-1' }, /--seed is -1/],
      [fixture('search-and-learn.jsonl'), { verdicts: 'recorded' }, /No candidate takes part/],
    ];
    for (const [at, flags, message] of cases) {
      const { code, out, err } = await run(at, { ...flags, json: true });
      assert.deepEqual([code, out], [2, ''], at);
      assert.match(err, message);
    }
  });

  it('prints a table with intervals for people', async () => {
    const { code, out } = await run(fixture('search-and-learn.jsonl'));
    assert.equal(code, 0);
    assert.match(out, /3 problems, 12 candidates; scores: of steps/);
    assert.match(out, /@1 +@2 +@4 +mean/);
    assert.match(out, /oracle +33\.3 \[25\.0, 50\.0\]/);
    assert.match(out, /ties for the top: min 0, product 0, last 0, mean 3/);
    assert.match(out, /grader cfprm 1/);
  });

  it('is a command of the program, which refuses words that it does not know', async () => {
    const done = await runCli([
      'bon',
      fixture('search-and-learn.jsonl'),
      '--json',
      '--n',
      '4',
      '--weight',
      'min',
    ]);
    assert.deepEqual([done.code, JSON.parse(done.out).options.weight], [0, 'min']);
    const refused = await runCli(['bon', fixture('search-and-learn.jsonl'), '--subset', 'half']);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /Allowed choices are all, first/);
  });
});
