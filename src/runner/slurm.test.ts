import assert from 'node:assert/strict';
import { slurmWord } from './slurm';

describe('slurmWord', () => {
  it("reads the queue's words", () => {
    assert.deepEqual(slurmWord('PENDING|Priority'), { is: 'waiting', words: 'Slurm: PENDING, Priority' });
    assert.deepEqual(slurmWord('RUNNING|None'), { is: 'alive' });
    assert.deepEqual(slurmWord('SUSPENDED|None'), { is: 'alive', words: 'Slurm: SUSPENDED' });
  });

  it("reads the accounting's words, as sacct prints State|ExitCode with --parsable2", () => {
    assert.deepEqual(slurmWord('books|COMPLETED|0:0'), {
      is: 'gone',
      end: 'done',
      words: 'Slurm: COMPLETED, 0:0',
    });
    assert.deepEqual(slurmWord('books|CANCELLED by 1000|0:15'), {
      is: 'gone',
      end: 'cancelled',
      words: 'Slurm: CANCELLED, 0:15',
    });
    for (const state of ['FAILED', 'TIMEOUT', 'OUT_OF_MEMORY', 'NODE_FAIL', 'PREEMPTED', 'DEADLINE'])
      assert.deepEqual(slurmWord(`books|${state}|1:0`), {
        is: 'gone',
        end: 'failed',
        words: `Slurm: ${state}, 1:0`,
      });
  });

  it('believes the queue that does not know a job, not accounting in which it still runs', () => {
    for (const state of ['RUNNING', 'PENDING', 'SUSPENDED'])
      assert.deepEqual(slurmWord(`books|${state}|0:0`), { is: 'gone' });
  });

  it('tells silence from a job that is forgotten, and from one that never was', () => {
    const silent = slurmWord('silent|slurm_load_jobs error: Unable to contact slurm controller');
    assert.equal(silent.is, 'unknown');
    assert.match(silent.is === 'unknown' ? silent.words : '', /Unable to contact/u);
    assert.deepEqual(slurmWord('forgotten'), { is: 'gone' });
    assert.deepEqual(slurmWord('never'), { is: 'never' });
  });
});
