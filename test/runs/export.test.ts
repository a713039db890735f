import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchRun } from '../../src/runner/fetchRun';
import type { RunRecord } from '../../src/runner/record';
import { PYTHON } from './backbone';
import { faultOf, value, Workplace } from './support';

describe('the end of a run', () => {
  let here: Workplace;
  before(async () => {
    here = await Workplace.create(() => ({ kind: 'local', python: PYTHON }));
  });
  after(() => here.close());

  const output = (id: string, name: string) => join(here.profile.folder, 'runs', id, 'output', name);

  /** Starts a run whose export finds this in its way; it is held until that is there. */
  async function startWith(trouble: string): Promise<RunRecord> {
    const record = await here.start(['--steps', '2', '--hold-at', '1']);
    await here.reach(record, 'running', 1);
    writeFileSync(output(record.id, 'no-export'), trouble);
    rmSync(output(record.id, 'hold'));
    return record;
  }

  const exporting = (record: RunRecord) =>
    here.see(record, 'exporting', ({ words }) => words?.includes('being exported') === true);

  it('keeps a model whose export fails, says why, and exports it when told to go on', async () => {
    const record = await startWith('The disk is full.');
    const view = await here.reach(record, 'finished');
    assert.match(view.words!, /^The export failed: The disk is full\. The model is trained.*resume/u);
    assert.deepEqual([view.hasModel, view.hasExport, view.lacksExport], [true, false, true]);
    const out = join(here.scratch, 'weights');
    const files = value(await fetchRun(here.runs.place(record), out, {}));
    assert.ok(files.some(({ path }) => path === 'model/model.onnx'));
    rmSync(output(record.id, 'no-export'));
    await here.resume(record);
    const whole = await here.reach(record, 'finished');
    assert.deepEqual([whole.words, whole.hasExport], [undefined, true]);
    assert.match(faultOf(await here.runs.resume(record, new Map())), /has finished/u);
  });

  it('is at work while it exports, and ends without the export when it is stopped there', async () => {
    const record = await startWith('wait');
    const view = await exporting(record);
    assert.deepEqual([view.state, view.hasModel], ['running', true]);
    value(await here.runs.stop(record, 'gently'));
    const ended = await here.reach(record, 'finished');
    assert.match(ended.words!, /ended by signal 15/u);
  });

  it('says that an export broke off when everything of it was killed', async () => {
    const record = await startWith('wait');
    await exporting(record);
    value(await here.runs.stop(record, 'now'));
    const ended = await here.reach(record, 'finished');
    assert.match(ended.words!, /^The export (?:broke off|failed).*model is trained/u);
  });

  it('is without an export where none is wanted', async () => {
    const record = await here.start(['--steps', '1'], { export: 'none' });
    const view = await here.reach(record, 'finished');
    assert.deepEqual([view.words, view.lacksExport], [undefined, false]);
    assert.ok(!existsSync(output(record.id, 'export')));
  });
});
