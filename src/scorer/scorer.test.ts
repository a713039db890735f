import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { scorerProgram } from '../../test/support/cli';
import { EXPECTED, editJson, modelFolder, startFault, startScorer } from '../../test/support/models';
import type { Solution } from '../core/scores/compose';
import type { Scored } from '../core/scores/scoreFault';
import type { Scorer, ScorerState } from './scorer';
import type { StepScores } from './taskQueue';

/** A solution of about this many tokens; `index` makes it another one. */
function solution(tokens: number, index = 0): Solution {
  return { problem: `p${index}`, steps: Array.from({ length: tokens >> 2 }, (_, k) => `${k % 10}+1`) };
}

const SHORT = EXPECTED.cfprm!.rows[0]!;
const BLOCKING = solution(340);
const CRASHING = solution(440);

function kindOf(result: Scored<StepScores> | undefined): string {
  return result === undefined ? 'nothing' : result.ok ? 'ok' : result.fault.kind;
}

/** Waits for a condition, looking every few milliseconds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a scorer', () => {
  const running: Scorer[] = [];
  let folder: string;
  let troubled: string;
  before(() => {
    folder = modelFolder('cfprm');
    troubled = scorerProgram('test/support/troubledScorer.ts');
  });
  afterEach(async () => {
    for (const scorer of running.splice(0)) await scorer.stop();
  });
  async function start(options: Parameters<typeof startScorer>[1] = {}): Promise<Scorer> {
    const scorer = await startScorer(folder, options);
    running.push(scorer);
    return scorer;
  }

  it('streams results as they come, and gives them in order', async () => {
    const scorer = await start();
    const seen: number[] = [];
    const many = Array.from({ length: 40 }, (_, k) => solution(20, k));
    let waitingAtFirst = 0;
    const results = await scorer.score(many, {
      onScored(index, result) {
        if (seen.length === 0) waitingAtFirst = scorer.waiting;
        seen.push(index);
        assert.ok(result.ok);
      },
    });
    assert.ok(waitingAtFirst > 20, 'the first result comes long before the last');
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      [...many.keys()],
    );
    assert.ok(results.every((result) => result.ok && result.value.scores.length === 5));
    assert.equal(scorer.waiting, 0);
    assert.ok(scorer.info.tokensPerSecond > 0);
  });

  it('runs equal solutions once, and those without steps never', async () => {
    const scorer = await start();
    const [first, second, empty] = await scorer.score([SHORT, SHORT, { problem: 'p', steps: [] }]);
    assert.ok(first!.ok);
    assert.equal(first, second);
    assert.deepEqual(empty, { ok: true, value: { scores: [], tokens: 0 } });
  });

  it('lets urgent solutions go first', async () => {
    const scorer = await start();
    const order: string[] = [];
    const rest = scorer.score(
      Array.from({ length: 60 }, (_, k) => solution(200, k)),
      { onScored: () => order.push('file') },
    );
    await scorer.score([SHORT], { priority: 1, onScored: () => order.push('screen') });
    const place = order.indexOf('screen');
    assert.ok(place >= 0 && place < 10, `it was number ${place + 1}`);
    await rest;
  });

  it('takes back what has not begun when it is cancelled, and goes on with the rest', async () => {
    const scorer = await start();
    const stop = new AbortController();
    const pid = scorer.pid;
    let scored = 0;
    const cancelled = scorer.score(
      Array.from({ length: 200 }, (_, k) => solution(100, k)),
      {
        signal: stop.signal,
        onScored: () => {
          if (++scored === 3) stop.abort();
        },
      },
    );
    const other = scorer.score([SHORT]);
    const kinds = (await cancelled).map(kindOf);
    assert.equal(kinds.filter((kind) => kind === 'ok').length, 3);
    assert.equal(kinds.filter((kind) => kind === 'cancelled').length, 197);
    assert.equal(kindOf((await other)[0]), 'ok');
    assert.equal(scorer.pid, pid, 'a run that ends soon is no reason to end the process');
    assert.deepEqual((await scorer.score([SHORT], { signal: stop.signal })).map(kindOf), ['cancelled']);
  });

  it('ends a process whose run goes on after it was cancelled, and blames nobody', async () => {
    const scorer = await start({ program: troubled, killAfterMs: 300 });
    const stop = new AbortController();
    const states: ScorerState[] = [];
    scorer.onState((state) => states.push(state));
    const pid = scorer.pid;
    const blocked = scorer.score([BLOCKING], { signal: stop.signal });
    const behind = scorer.score([SHORT, solution(20, 1), solution(20, 2)]);
    await until(() => scorer.state === 'scoring');
    stop.abort();
    assert.deepEqual((await blocked).map(kindOf), ['cancelled']);
    assert.equal(scorer.pid, pid, 'who cancels does not wait for the end of the run');
    assert.deepEqual((await behind).map(kindOf), ['ok', 'ok', 'ok']);
    assert.notEqual(scorer.pid, pid);
    assert.deepEqual(states, ['scoring', 'restarting', 'ready', 'scoring', 'ready']);
  });

  it('starts again after a crash and names the solution that caused it', async () => {
    const scorer = await start({ program: troubled });
    const all = [solution(20, 1), SHORT, CRASHING, solution(20, 2), solution(20, 3)];
    const results = await scorer.score(all);
    assert.deepEqual(results.map(kindOf), ['ok', 'ok', 'child-crashed', 'ok', 'ok']);
    const [, , crash] = results;
    assert.ok(!crash!.ok);
    assert.match(crash!.fault.message, /^The process that runs cfprm was ended by SIGABRT\./);
    assert.match(crash!.fault.detail!, /the native library wrote this/);
    assert.equal(scorer.state, 'ready');
    const [again] = await scorer.score([SHORT]);
    assert.ok(again!.ok);
    const worst = Math.max(...again!.value.scores.map((score, k) => Math.abs(score - SHORT.scores[k]!)));
    assert.ok(worst < 1e-6);
  });

  it('loses nothing when its process is killed from outside', async () => {
    const scorer = await start();
    const many = Array.from({ length: 60 }, (_, k) => solution(200, k));
    let scored = 0;
    const results = await scorer.score(many, {
      onScored: () => {
        if (++scored === 5) process.kill(scorer.pid!, 'SIGKILL');
      },
    });
    assert.deepEqual(new Set(results.map(kindOf)), new Set(['ok']));
  });

  it('fails for good when the model folder was deleted under it, and says why', async () => {
    const doomed = modelFolder('cfprm');
    const scorer = await startScorer(doomed);
    running.push(scorer);
    assert.equal(kindOf((await scorer.score([SHORT]))[0]), 'ok');
    rmSync(doomed, { recursive: true });
    assert.equal(kindOf((await scorer.score([solution(20)]))[0]), 'ok', 'what is loaded stays usable');
    const waiting = scorer.score(Array.from({ length: 50 }, (_, k) => solution(200, k)));
    process.kill(scorer.pid!, 'SIGKILL');
    const kinds = new Set((await waiting).map(kindOf));
    assert.ok(kinds.has('model-not-found'), [...kinds].join());
    assert.equal(scorer.state, 'failed');
    assert.match(scorer.fault!.message, /is no folder that can be read/);
    assert.equal(kindOf((await scorer.score([SHORT]))[0]), 'model-not-found');
  });

  it('gives way to other processes where it works in the background', async () => {
    const scorer = await startScorer(modelFolder('cfprm'), { inBackground: true });
    running.push(scorer);
    assert.ok(getPriority(scorer.pid) > getPriority(process.pid));
    assert.equal(kindOf((await scorer.score([SHORT]))[0]), 'ok');
  });

  it('does not go on with other files than it began with', async () => {
    const changing = modelFolder('cfprm');
    const scorer = await startScorer(changing);
    running.push(scorer);
    editJson(join(changing, 'prm.json'), (card) => ({ ...card, maxLength: 500 }));
    assert.equal(kindOf((await scorer.score([SHORT]))[0]), 'ok');
    process.kill(scorer.pid!, 'SIGKILL');
    await until(() => scorer.state === 'failed');
    assert.equal(scorer.fault!.kind, 'model-changed');
    assert.match(scorer.fault!.message, /were changed while it was at work\. Start it again/);
  });

  it('cancels what waits when it is stopped, and leaves no process behind', async () => {
    const scorer = await start({ program: troubled });
    const pid = scorer.pid!;
    const waiting = scorer.score([BLOCKING, SHORT]);
    await until(() => scorer.state === 'scoring');
    await scorer.stop();
    assert.deepEqual((await waiting).map(kindOf), ['cancelled', 'cancelled']);
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
    assert.equal(kindOf((await scorer.score([SHORT]))[0]), 'cancelled');
    assert.equal(scorer.state, 'stopped');
  });

  it('gives up starting when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    const fault = await startFault(folder, { signal: stop.signal });
    assert.equal(fault?.kind, 'cancelled');
  });
});
