import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, rowsOf } from '../../test/support/rows';
import type { Json, JsonObject } from '../core/formats/format';
import { readRow } from '../core/jsonl/readRow';
import { Overlay } from '../core/labels/overlay';
import { relabellerOf } from '../core/labels/relabel/relabellers';
import { Random } from '../core/merge/random';
import type { Label } from '../core/trajectory';
import { writeLabelledCopy } from './labelledCopy';
import { openSource, type Source } from './openSource';
import { rowHash } from './rowHash';
import { streamRows } from './rowStream';

const SAMPLES = [
  'math-shepherd.jsonl',
  'prm800k.jsonl',
  'prmbench.jsonl',
  'processbench-gsm8k.jsonl',
  'processbench-math.json',
  'rlhflow.jsonl',
  'trl-soft-scores.jsonl',
  'trl.jsonl',
];

interface Read {
  readonly hash: string;
  readonly labels: readonly (Label | undefined)[];
  readonly text: string;
}

/** All rows of a file by number, with the labels of an overlay if there is one. */
async function readAll(
  path: string,
  { container, format }: Source,
  overlay?: Overlay,
): Promise<Map<number, Read>> {
  const rows = new Map<number, Read>();
  const pass = await streamRows(path, container, {
    row(bytes, start, end, row) {
      const reading = readRow(bytes, start, end, row, format);
      assert.ok(reading.ok);
      const hash = rowHash(bytes, start, end);
      const { trajectories } = overlay?.applyTo(row, () => hash, reading.value) ?? {
        trajectories: reading.value,
      };
      const labels = trajectories[0]!.steps.map(({ label }) => label);
      rows.set(row, { hash, labels, text: Buffer.from(bytes.subarray(start, end)).toString() });
    },
  });
  assert.ok(pass.ok);
  return rows;
}

/** Labels nearly every row: sometimes one step at random, else the first error somewhere, as the format can hold it. */
function labelled(rows: ReadonlyMap<number, Read>, random: Random): Overlay {
  const overlay = new Overlay();
  const some: (Label | undefined)[] = ['correct', 'incorrect', 'neutral', 0.25, undefined];
  for (const [row, { hash, labels }] of rows) {
    const steps = labels.length;
    if (random.below(8) === 0 || steps === 0) continue;
    const single = random.below(3) === 0;
    const at = 1 + random.below(steps);
    for (let step = single ? at : 1; step <= (single ? at : steps); step++) {
      const to = single
        ? some[random.below(5)]
        : step < at
          ? 'correct'
          : step === at
            ? 'incorrect'
            : labels[step - 1];
      const change = { row, hash, trajectory: 1, step, from: labels[step - 1], to };
      overlay.perform(`${row}.${step}`, '', [change]);
    }
  }
  return overlay;
}

/** A row without what its format keeps labels in. */
function unlabelled(row: JsonObject): Json {
  const { labels: _, error_steps: __, ...rest } = row;
  // PRM800K keeps its steps there.
  if (row.label === null || typeof row.label !== 'object') delete rest.label;
  if (Array.isArray(rest.conversations)) {
    rest.conversations = rest.conversations.filter((turn) => (turn as JsonObject).role !== 'assistant');
  }
  return JSON.parse(JSON.stringify(rest), (key, value) => (key === 'rating' ? undefined : value)) as Json;
}

describe('a labelled copy of real rows', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-copies-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const sample of SAMPLES) {
    it(`${sample}: has the overlay's labels, and what the format cannot hold is listed and left as it was`, async () => {
      const opened = await openSource(join(root, 'media/sample', sample));
      assert.ok(opened.ok);
      const source = opened.value;
      const before = await readAll(source.path, source);
      let held = 0;
      let listed = 0;
      for (let seed = 0; seed < 12; seed++) {
        const overlay = labelled(before, new Random(seed));
        const out = join(folder, `${seed}-${sample}`);
        const made = await writeLabelledCopy({ source, overlay, relabel: relabellerOf(source.format)!, out });
        assert.ok(made.ok);
        const refused = new Set(made.value.refused.map(({ row }) => row));
        const [wanted, got] = [await readAll(source.path, source, overlay), await readAll(out, source)];
        assert.deepEqual([...got.keys()], [...before.keys()]);
        for (const [row, { labels, text }] of got) {
          const old = before.get(row)!;
          if (refused.has(row)) {
            assert.equal(text, old.text);
          } else {
            assert.deepEqual(labels, wanted.get(row)!.labels, `row ${row}`);
            assert.deepEqual(unlabelled(JSON.parse(text)), unlabelled(JSON.parse(old.text)));
            if (!overlay.hasEdits(row)) assert.equal(text, old.text);
          }
        }
        held += made.value.relabelled;
        listed += refused.size;
        assert.equal(made.value.relabelled + refused.size, overlay.editedRows().length);
        assert.deepEqual(made.value.stale, []);
      }
      assert.ok(held > 5 && listed > 0, `${held} held, ${listed} listed`);
      assert.equal(rowsOf(`media/sample/${sample}`).length, before.size);
    });
  }
});
