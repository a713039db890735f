import assert from 'node:assert/strict';
import { actionsOf } from './actions';
import { judgeRun, LOST_AFTER_MS, NO_SECRETS, parseStatus, type RunEvidence, type RunStatus } from './state';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const status = (state: string, heartbeat = NOW): RunStatus => ({
  state,
  step: 7,
  total: 20,
  heartbeat,
  checkpoint: 5,
  error: null,
});
const judge = (evidence: Partial<RunEvidence>) =>
  judgeRun({ word: { is: 'alive' }, now: NOW, stopRequested: false, ...evidence });

describe('judgeRun', () => {
  it('believes the runner on its own end, whatever the scheduler says', () => {
    const word = { is: 'gone', end: 'cancelled', words: 'Slurm: CANCELLED' } as const;
    assert.equal(judge({ word, exitCode: 0 }).state, 'finished');
    assert.equal(judge({ word, exitCode: 75 }).state, 'stopped');
    const failed = judge({ word, exitCode: 1, status: { ...status('failed'), error: 'Loss is NaN.' } });
    assert.deepEqual(failed, { state: 'failed', words: 'Loss is NaN.' });
  });

  it('knows a run whose options were refused, by the runner or by its command line', () => {
    const error = { ...status('failed'), error: '--batch 9 cannot be dealt to 2 processes evenly.' };
    const refused = judge({ exitCode: 2, status: error });
    assert.deepEqual(refused, { state: 'failed', words: error.error, isRefused: true });
    const early = judge({ word: { is: 'gone' }, endedWith: 2 });
    assert.deepEqual([early.state, early.isRefused], ['failed', true]);
    assert.match(early.words!, /refused its options; the end of its log names them\. Edit them/u);
    for (const code of [1, 75, 137]) assert.ok(!judge({ word: { is: 'gone' }, endedWith: code }).isRefused);
    const ended = { hasExport: false, lacksExport: false } as const;
    assert.deepEqual(actionsOf({ ...refused, ...ended }), ['editRun', 'resume', 'remove']);
    assert.deepEqual(actionsOf({ state: 'failed', ...ended }), ['resume', 'editRun', 'remove']);
  });

  it('has a run finish when its model is exported, and says what became of an export that failed', () => {
    const [alive, gone] = [{ is: 'alive' }, { is: 'gone' }] as const;
    const end = (word: RunEvidence['word'], exported: RunEvidence['export']) =>
      judge({ word, exitCode: 0, ...(exported && { export: exported }) });
    const begun = end(alive, { made: false });
    assert.deepEqual([begun.state, /being exported/u.test(begun.words!)], ['running', true]);
    assert.deepEqual(end(alive, { made: true, endedWith: 0 }), { state: 'finished' });
    assert.deepEqual(end(gone, { made: true }), { state: 'finished' });
    const failed = end(gone, { made: false, endedWith: 2, said: 'No room.' });
    assert.equal(failed.state, 'finished');
    assert.match(failed.words!, /^The export failed: No room\. The model is trained.*resume/u);
    assert.match(end(gone, { made: false, endedWith: 137 }).words!, /ended by signal 9\./u);
    assert.match(end(gone, { made: false }).words!, /^The export broke off\..*resume/u);
    const blind = end({ is: 'unknown', words: 'Slurm does not answer.' }, { made: false });
    assert.deepEqual([blind.state, /^Slurm does not answer\./u.test(blind.words!)], ['running', true]);
  });

  it('tells a runner that was killed from a machine that went down', () => {
    const gone = { is: 'gone' } as const;
    const killed = judge({ word: gone, endedWith: 137, status: status('running') });
    assert.equal(killed.state, 'failed');
    assert.match(killed.words!, /signal 9.*resume/u);
    const lost = judge({ word: gone, status: status('running') });
    assert.equal(lost.state, 'lost');
    assert.match(lost.words!, /at step 7.*resume/u);
  });

  it('says that secrets did not come, and how they would', () => {
    const word = { is: 'gone', end: 'failed', words: 'Slurm: FAILED' } as const;
    const failed = judge({ word, endedWith: NO_SECRETS });
    assert.equal(failed.state, 'failed');
    assert.match(failed.words!, /secrets did not reach it.*"host".*resume/u);
  });

  it('says what the scheduler says of a job that wrote no end', () => {
    const end = (words: string, what: 'failed' | 'cancelled') =>
      judge({ word: { is: 'gone', end: what, words }, status: status('running') });
    assert.equal(end('Slurm: CANCELLED', 'cancelled').state, 'stopped');
    const late = end('Slurm: TIMEOUT', 'failed');
    assert.equal(late.state, 'failed');
    assert.match(late.words!, /^Slurm: TIMEOUT/u);
  });

  it('waits, works and writes checkpoints', () => {
    assert.equal(judge({ word: { is: 'waiting', words: 'Slurm: PENDING, Priority' } }).state, 'queued');
    assert.equal(judge({ status: status('running') }).state, 'running');
    assert.equal(judge({ status: status('checkpointing') }).state, 'checkpointing');
    assert.equal(judge({}).state, 'running');
  });

  it('does not lose a living run to a clock that is wrong', () => {
    // The process table or the scheduler has the word, however old the heartbeat seems.
    assert.equal(judge({ status: status('running', NOW - 10 * LOST_AFTER_MS) }).state, 'running');
    const word = { is: 'unknown', words: 'Slurm does not answer.' } as const;
    const skewed = status('running', NOW - 10 * LOST_AFTER_MS);
    // Without a word the file's own time counts, or that the heartbeat moved.
    assert.equal(judge({ word, status: skewed, statusChanged: NOW - 1000 }).state, 'running');
    assert.equal(judge({ word, status: skewed, statusChanged: NOW - 9e6, beats: true }).state, 'running');
  });

  it('counts a silent run of which nobody knows as lost', () => {
    const word = { is: 'unknown', words: 'Slurm does not answer.' } as const;
    const lost = judge({ word, status: status('running'), statusChanged: NOW - LOST_AFTER_MS });
    assert.deepEqual([lost.state, /No heartbeat for 1 min/u.test(lost.words!)], ['lost', true]);
    assert.equal(judge({ word }).state, 'lost');
  });

  it('calls a run that was sent but not started failed, with the way on', () => {
    const verdict = judge({ word: { is: 'never' } });
    assert.equal(verdict.state, 'failed');
    assert.match(verdict.words!, /runs resume/u);
  });
});

describe('parseStatus', () => {
  it('reads what the runner writes, and nothing else', () => {
    const text =
      '{"state":"failed","step":3,"total":9,"heartbeat":"2026-01-01T12:00:00Z","checkpoint":2,"error":{"message":"No disk."}}';
    const expected = { state: 'failed', step: 3, total: 9, heartbeat: NOW, checkpoint: 2, error: 'No disk.' };
    assert.deepEqual(parseStatus(text), expected);
    for (const odd of ['', '{', 'null', '[]', '{"step":1}']) assert.equal(parseStatus(odd), undefined);
  });
});
