import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SELECTORS } from '../core/bon/problem';
import type { BonOptions } from '../core/bon/report';
import { bonFile } from './bonFile';
import { CANCELLED } from './rowStream';

const FIXTURE = path.resolve(__dirname, '../../test/fixtures/search-and-learn.jsonl');
const OPTIONS: BonOptions = { weight: 'last', subset: 'all', verdicts: 'graded', seed: 0 };

describe("a file's numbers of Best-of-N", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cfprm-bon-file-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('come with what the file holds, and with progress', async () => {
    const seen: number[] = [];
    const read = await bonFile(FIXTURE, {}, 'text', OPTIONS, undefined, (done) => seen.push(done));
    assert.ok(read.ok);
    const { report, summary, source } = read.value;
    assert.deepEqual([summary.rows, summary.trajectories, report.candidates], [3, 12, 12]);
    assert.equal(seen.at(-1), source.bytes);
    assert.deepEqual(Object.keys(report.n[4]!), [...SELECTORS]);
  });

  it('can be cancelled', async () => {
    const read = await bonFile(FIXTURE, {}, 'text', OPTIONS, AbortSignal.abort());
    assert.deepEqual(read, { ok: false, fault: { message: CANCELLED } });
  });

  it('take rows without text or id as problems of their own', async () => {
    const at = path.join(folder, 'blank.jsonl');
    const row = (id: string | undefined) =>
      JSON.stringify({ id, problem: ' ', steps: ['\\boxed{7}'], gold: '7' });
    writeFileSync(at, [row('a'), row('a'), row(undefined), row(undefined)].join('\n'));
    const mapping = { problem: 'problem', steps: 'steps', gold: 'gold', id: 'id' };
    const read = await bonFile(at, { format: 'generic', mapping }, 'text', OPTIONS);
    assert.ok(read.ok);
    assert.deepEqual([read.value.report.problems, read.value.report.candidates], [3, 4]);
  });
});
