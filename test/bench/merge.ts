import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliPath } from '../support/cli';
import { generateTrl } from './generate';
import { best, type Measurement, measure } from './measure';

/** One line of the table of merge speeds. */
export interface MergeBenchRow extends Measurement {
  readonly name: string;
  /** Input, in 10^6 bytes per second. */
  readonly megabytesPerSecond: number;
  /** How many times as fast as the naive Node pipeline on the same file, by the clock and by CPU time. */
  readonly ratio: number;
  readonly cpuRatio: number;
}

/** How the benchmark runs. */
export interface MergeBenchOptions {
  /** Size of the file that is timed, and of the one that shows flat memory, in 10^6 bytes. */
  readonly megabytes?: number;
  readonly largeMegabytes?: number;
  /** Runs per variant, taken in turn; the fastest counts. */
  readonly runs?: number;
  /** Where the files go (about 5 times the larger one). */
  readonly folder?: string;
  onRow?(row: MergeBenchRow): void;
}

/**
 * Times merging against the pipelines that one would write first, in the same minutes on the same file: ours with
 * validation, hashes and fsync; theirs without. Then merges a large file, whose peak memory should be the same.
 */
export function benchMerge(options: MergeBenchOptions = {}): MergeBenchRow[] {
  const { megabytes = 200, largeMegabytes = 2000, runs = 3, onRow } = options;
  const folder = options.folder ?? join(tmpdir(), 'cfprm-bench');
  mkdirSync(folder, { recursive: true });
  const source = join(folder, `trl-${megabytes}.jsonl`);
  generateTrl(source, megabytes);
  const work = mkdtempSync(join(folder, 'merge-'));
  const rows: MergeBenchRow[] = [];
  const add = (name: string, file: string, taken: Measurement, naive: Measurement) => {
    const speed = statSync(file).size / 1e6 / taken.seconds;
    const ratio = naive.seconds / taken.seconds;
    const row = {
      name,
      ...taken,
      megabytesPerSecond: speed,
      ratio,
      cpuRatio: naive.cpuSeconds / taken.cpuSeconds,
    };
    rows.push(row);
    onRow?.(row);
  };
  try {
    for (const max of [2, 4]) {
      const variants = commands(source, join(work, 'out'), max);
      const taken = variants.map((): Measurement[] => []);
      for (let run = 0; run < runs; run++) {
        variants.forEach(({ command, args }, k) => {
          taken[k]!.push(measure(command, args));
          rmSync(join(work, 'out'), { recursive: true });
        });
      }
      const naive = best(taken[0]!);
      variants.forEach(({ name }, k) => {
        add(name, source, best(taken[k]!), naive);
      });
      if (max > 2 || largeMegabytes <= 0) continue;
      const large = join(folder, `trl-${largeMegabytes}.jsonl`);
      generateTrl(large, largeMegabytes);
      const ours = commands(large, join(work, 'out'), max).at(-1)!;
      const scale = statSync(large).size / statSync(source).size;
      const scaled = { ...naive, seconds: naive.seconds * scale, cpuSeconds: naive.cpuSeconds * scale };
      add(
        `${ours.name}, ${largeMegabytes} MB (naive scaled)`,
        large,
        measure(ours.command, ours.args),
        scaled,
      );
      rmSync(join(work, 'out'), { recursive: true });
      rmSync(large);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return rows;
}

function commands(
  source: string,
  out: string,
  max: number,
): { name: string; command: string; args: string[] }[] {
  const naive = (script: string) => [join(__dirname, script), source, out, String(max)];
  return [
    { name: `max=${max}: naive, Node`, command: process.execPath, args: naive('naiveMerge.mjs') },
    {
      name: `max=${max}: naive, Python`,
      command: '/usr/bin/env',
      args: ['python3', ...naive('naiveMerge.py')],
    },
    {
      name: `max=${max}: cfprm merge`,
      command: process.execPath,
      args: [cliPath(), 'merge', source, '--out', out, '--max', String(max)],
    },
  ];
}

/** The rows as a table for a terminal. */
export function mergeTable(rows: readonly MergeBenchRow[]): string {
  return rows
    .map((row) => {
      const { name, seconds, cpuSeconds, peakMegabytes, megabytesPerSecond, ratio, cpuRatio } = row;
      const cells = [
        name.padEnd(48),
        `${seconds.toFixed(2)} s`.padStart(9),
        `${cpuSeconds.toFixed(2)} s CPU`.padStart(12),
        `${megabytesPerSecond.toFixed(0)} MB/s`.padStart(9),
        `${peakMegabytes.toFixed(0)} MB peak`.padStart(11),
        `${ratio.toFixed(1)}x (CPU ${cpuRatio.toFixed(1)}x)`.padStart(18),
      ];
      return cells.join(' ');
    })
    .join('\n');
}
