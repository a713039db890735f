import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf } from '../../test/support/rows';
import { Overlay } from '../core/labels/overlay';
import { checkAnchors, planReanchor } from './checkLabels';
import { LabelJournal } from './labelJournal';
import { openSource, type Source } from './openSource';

let folder: string;
let path: string;

function write(content: string): void {
  writeFileSync(path, content);
}

async function opened(): Promise<Source> {
  const source = await openSource(path, { format: 'trl' });
  return source.ok ? source.value : assert.fail(source.fault.message);
}

const row = (n: number) => `{"prompt":"p${n}","completions":["a","b"],"labels":[true,null]}`;

describe('a source that changed under its labels', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-anchor-'));
    path = join(folder, 'data.jsonl');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is found out, and its labels follow their rows once a person agrees', async () => {
    const rows = [1, 2, 3, 4, 5].map((n) => row(n));
    write(`${rows.join('\n')}\n`);
    const opening = await LabelJournal.open(path);
    assert.ok(opening.ok);
    const journal = opening.value;
    for (const n of [2, 4, 5]) {
      const target = {
        row: n,
        hash: hashOf(rows[n - 1]!),
        trajectory: 1,
        labels: ['correct' as const, undefined],
      };
      assert.ok((await journal.edit(target, { kind: 'first-error', step: 2 })).ok);
    }
    const check = async () => {
      const report = await checkAnchors(await opened(), journal.overlay);
      assert.ok(report.ok);
      return [report.value.holding, report.value.staleRows.map((stale) => stale.row)];
    };
    appendFileSync(path, `${row(6)}\n${row(2)}\n`);
    assert.deepEqual(await check(), [3, []], 'rows that come behind change nothing');
    // One row in front, row 4 changed, row 5 twice.
    write(`\ufeff${[row(0), ...rows.slice(0, 3), row(44), rows[4], rows[4]].join('\r\n')}`);
    assert.deepEqual(await check(), [0, [2, 4, 5]]);
    const planned = await planReanchor(await opened(), journal.overlay);
    assert.ok(planned.ok);
    const { moves, lost, ambiguous } = planned.value;
    assert.deepEqual(
      moves.map(({ from, to }) => [from, to]),
      [[2, 3]],
    );
    assert.deepEqual(
      lost.map((edited) => edited.row),
      [4],
    );
    assert.deepEqual(
      ambiguous.map((edited) => [edited.row, edited.candidates]),
      [[5, [6, 7]]],
    );
    assert.deepEqual(await check(), [0, [2, 4, 5]], 'a plan moves nothing');
    const moved = await journal.reanchor(planned.value);
    assert.deepEqual(moved, { ok: true, value: 1 });
    assert.deepEqual(await check(), [1, [4, 5]]);
    const again = await LabelJournal.open(path);
    assert.ok(again.ok);
    assert.deepEqual(again.value.overlay.labelsOf(3, hashOf(rows[1]!)), [
      { trajectory: 1, step: 2, label: 'incorrect' },
    ]);
  });

  it('can be checked only while it is there and nobody cancels', async () => {
    write(`${row(1)}\n`);
    const source = await opened();
    const overlay = new Overlay();
    const place = { row: 1, hash: hashOf(row(1)), trajectory: 1, step: 1 };
    overlay.perform('op', '', [{ ...place, from: 'correct', to: 'incorrect' }]);
    const stopped = await planReanchor(source, overlay, { signal: AbortSignal.abort() });
    assert.match(stopped.ok ? '' : stopped.fault.message, /Cancelled/);
    rmSync(path);
    const gone = await checkAnchors(source, overlay);
    assert.match(gone.ok ? '' : gone.fault.message, /does not exist/);
    assert.ok((await checkAnchors(source, new Overlay())).ok, 'nothing is read where nothing was labelled');
  });
});
