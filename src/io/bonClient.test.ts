import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { BonClient } from './bonClient';
import type { GatherRequest } from './bonMessages';
import { CANCELLED } from './rowStream';

const row = (prompt: string, score: number, answer: number): string =>
  `${JSON.stringify({ prompt, completions: [`The answer is ${answer}.`], labels: [true], scores: [score], gold: '7' })}\n`;

describe('a comparison in a process of its own', () => {
  let folder: string;
  let program: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-bon-'));
    program = join(folder, 'bonProcess.js');
    buildSync({
      entryPoints: ['src/io/bonProcess.ts'],
      outfile: program,
      bundle: true,
      platform: 'node',
      target: 'node20',
      mainFields: ['module', 'main'],
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const started: BonClient[] = [];
  afterEach(() => {
    for (const client of started.splice(0)) client.stop();
  });

  const start = (text: string, onProgress = (): void => undefined): BonClient => {
    const path = join(folder, 'rows.jsonl');
    writeFileSync(path, text);
    const request: GatherRequest = { path, choice: {}, by: 'text', verdicts: 'graded' };
    const client = new BonClient(program, request, onProgress);
    started.push(client);
    return client;
  };

  it('gives a problem as if the file had no scores, nobody being left out for want of them', async () => {
    const bare = `${JSON.stringify({ prompt: 'p', completions: ['It is 7.'], labels: [true], gold: '7' })}\n`;
    const client = start(row('q', 0.5, 7) + row('p', 0.9, 8) + bare);
    assert.ok((await client.gathered).ok);
    const [recorded, without] = await Promise.all([
      client.problem({ row: 3, place: 0 }, 'last'),
      client.problem({ row: 3, place: 0 }, 'last', true),
    ]);
    assert.ok(recorded.ok && without.ok);
    const scores = (found: typeof recorded.value) => found?.problem.candidates.map((own) => own.scores?.last);
    assert.deepEqual([scores(recorded.value), recorded.value?.leftOut.length], [[0.9], 1]);
    assert.deepEqual([scores(without.value), without.value?.leftOut.length], [[undefined, undefined], 0]);
    assert.deepEqual([without.value?.index, without.value?.scoring.areLogits], [1, false]);
  });

  it('gathers, counts and answers for single problems', async () => {
    const client = start(row('p', 0.9, 8) + row('q', 0.5, 7) + row('p', 0.2, 7));
    const gathered = await client.gathered;
    assert.ok(gathered.ok);
    assert.deepEqual(
      gathered.value.problems.map(({ title, candidates }) => [title, candidates]),
      [
        ['p', 2],
        ['q', 1],
      ],
    );
    const options = { weight: 'last', subset: 'all', verdicts: 'graded', seed: 0 } as const;
    const [counted, found, none] = await Promise.all([
      client.count(options),
      client.problem({ row: 3, place: 0 }, 'last'),
      client.problem({ index: 7 }, 'last'),
    ]);
    assert.ok(counted.ok && found.ok && none.ok);
    // Both problems at n = 1: one of two right, and one of one. At n = 2 only p: the wrong one scores best.
    assert.deepEqual(
      [counted.value.report.n['1']?.min?.accuracy, counted.value.report.n['2']?.min?.accuracy],
      [0.75, 0],
    );
    assert.deepEqual([found.value?.index, found.value?.problem.candidates.length], [0, 2]);
    assert.equal(none.value, undefined);
  });

  it('tells faults of the file', async () => {
    const gathered = await start('').gathered;
    assert.ok(!gathered.ok && /empty/u.test(gathered.fault.message));
  });

  it('stops at once, and says that it was stopped', async () => {
    const client = start(row('p', 0.9, 8).repeat(20_000));
    client.stop();
    const gathered = await client.gathered;
    assert.deepEqual(gathered, { ok: false, fault: { message: CANCELLED } });
    const later = await client.problem({ index: 0 }, 'last');
    assert.deepEqual(later, { ok: false, fault: { message: CANCELLED } });
  });

  it('says that it ended, and the way out, if its process is gone', async () => {
    const missing = { path: join(folder, 'rows.jsonl'), choice: {}, by: 'text', verdicts: 'graded' } as const;
    const client = new BonClient(join(folder, 'nothing.js'), missing, () => undefined);
    const gathered = await client.gathered;
    assert.ok(!gathered.ok);
    assert.match(gathered.fault.message, /ended \(code 1\).*Compare again, or use "cfprm bon"/u);
  });
});
