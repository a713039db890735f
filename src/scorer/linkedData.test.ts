import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { EXPECTED, modelFolder, startFault, startScorer } from '../../test/support/models';
import type { ScorerOptions } from './scorerOptions';

const ROWS = EXPECTED.external!.rows;

/** Moves a file to another place and leaves a link. */
function linkTo(file: string, place: string): void {
  mkdirSync(dirname(place), { recursive: true });
  copyFileSync(file, place);
  rmSync(file);
  symlinkSync(relative(dirname(file), place), file);
}

async function assertScores(folder: string, options: ScorerOptions = {}): Promise<void> {
  const scorer = await startScorer(folder, options);
  const results = await scorer.score(ROWS);
  await scorer.stop();
  for (const [index, result] of results.entries()) {
    assert.ok(result.ok);
    const wanted = ROWS[index]!.scores;
    for (const [step, score] of result.value.scores.entries())
      assert.ok(Math.abs(score - wanted[step]!) < 1e-6);
  }
}

describe('data of a model that are links', () => {
  let place: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'cfprm-links-'));
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  const blob = (digit: string): string => join(place, 'hub/models--owner--prm/blobs', digit.repeat(64));

  it("are read from the Hub's cache, where the whole model lies there", async () => {
    const folder = join(place, 'hub/models--owner--prm/snapshots/abc');
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(modelFolder('external'), folder);
    linkTo(join(folder, 'model.onnx'), blob('a'));
    linkTo(join(folder, 'model.onnx_data'), blob('b'));
    await assertScores(folder);
  });

  it("are read from the Hub's cache, where a download linked to the large files alone", async () => {
    const folder = modelFolder('external');
    linkTo(join(folder, 'model.onnx_data'), blob('b'));
    await assertScores(folder);
  });

  it('are read from elsewhere only if the user allowed it', async () => {
    const folder = modelFolder('external');
    const target = join(place, 'elsewhere/weights');
    linkTo(join(folder, 'model.onnx_data'), target);
    const fault = await startFault(folder);
    assert.deepEqual([fault?.kind, fault?.path], ['model-data-escapes', target]);
    assert.match(fault!.message, /or add --data-from .*elsewhere\.$/u);
    assert.equal(
      (await startFault(folder, { allowedData: [join(place, 'other')] }))?.kind,
      'model-data-escapes',
    );
    await assertScores(folder, { allowedData: [dirname(target)] });
    await assertScores(folder, { allowedData: [target] });
  });
});
