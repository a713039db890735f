import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalText } from '../../src/core/labels/journalLine';
import { Random } from '../../src/core/merge/random';
import type { Label } from '../../src/core/trajectory';
import { journalPath, LabelJournal } from '../../src/io/labelJournal';
import { hashOf } from '../support/rows';

/** Figures of a journal with many edits. */
export interface LabelFigures {
  readonly edits: number;
  readonly journalBytes: number;
  /** From nothing to all labels in memory; the best of the runs. */
  readonly replayMs: number;
  /** Asking whether a row has edits, per row, over a million rows: with all those edits, and with none. */
  readonly askNs: number;
  readonly askEmptyNs: number;
  /** One more edit through the journal, its sync to the disk included; the median. */
  readonly editMs: number;
}

/** How the benchmark runs. */
export interface LabelBenchOptions {
  readonly edits?: number;
  readonly runs?: number;
  readonly folder?: string;
}

const LABELS: readonly (Label | undefined)[] = ['correct', 'incorrect', 'neutral', 0.25, undefined];
const ROWS = 1_000_000;

/** Measures replaying a journal, and working with what came of it. */
export async function benchLabels(options: LabelBenchOptions = {}): Promise<LabelFigures> {
  const { edits = 100_000, runs = 3, folder = join(tmpdir(), 'cfprm-bench') } = options;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'labels-'));
  try {
    const source = join(work, 'data.jsonl');
    const empty = await opened(join(work, 'other.jsonl'));
    generateJournal(journalPath(source), edits);
    const journalBytes = statSync(journalPath(source)).size;
    let replayMs = Number.POSITIVE_INFINITY;
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      await opened(source);
      replayMs = Math.min(replayMs, performance.now() - start);
    }
    const journal = await opened(source);
    const [askNs, askEmptyNs] = [ask(journal), ask(empty)];
    return { edits, journalBytes, replayMs, askNs, askEmptyNs, editMs: await edit(journal) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function opened(source: string): Promise<LabelJournal> {
  const journal = await LabelJournal.open(source);
  if (!journal.ok) throw new Error(journal.fault.message);
  return journal.value;
}

/** A journal of single labels on rows all over a file of a million. */
function generateJournal(path: string, edits: number): void {
  const random = new Random(6);
  const file = openSync(path, 'w');
  for (let done = 0; done < edits; ) {
    let text = '';
    for (let k = 0; k < 1000 && done < edits; k++, done++) {
      const row = 1 + random.below(ROWS);
      const hash = hashOf(String(row));
      const label = () => LABELS[random.below(LABELS.length)];
      const change = { row, hash, trajectory: 1, step: 1 + random.below(12), from: label(), to: label() };
      const op = `op${random.bits().toString(36)}${random.bits().toString(36)}`;
      text += journalText({ kind: 'edit', op, time: '2026-01-02T03:04:05.678Z', change });
    }
    writeSync(file, text);
  }
  closeSync(file);
}

function ask({ overlay }: LabelJournal): number {
  let edited = 0;
  const start = performance.now();
  for (let row = 1; row <= ROWS; row++) if (overlay.hasEdits(row)) edited++;
  const nanoseconds = ((performance.now() - start) * 1e6) / ROWS;
  if (overlay.isEmpty !== (edited === 0)) throw new Error('The overlay contradicts itself.');
  return nanoseconds;
}

async function edit(journal: LabelJournal): Promise<number> {
  const times: number[] = [];
  for (let k = 0; k < 21; k++) {
    const target = { row: ROWS + k, hash: '0123456789abcdef', trajectory: 1, labels: [undefined] };
    const start = performance.now();
    const done = await journal.edit(target, { kind: 'label', step: 1, label: 'correct' });
    if (!done.ok) throw new Error(done.fault.message);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[10]!;
}
