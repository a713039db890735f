import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { align } from '../../src/core/scores/align';
import type { Solution } from '../../src/core/scores/compose';
import { goldenSolution } from '../../src/core/scores/golden';
import { parseCard } from '../../src/core/scores/prmJson';
import { loadTokenizer } from '../../src/scorer/loadTokenizer';
import { Scorer } from '../../src/scorer/scorer';
import { scorerProgram } from '../support/cli';
import { watchGaps } from '../support/gaps';

/** Figures of a model on the CPU. */
export interface ScoreFigures {
  readonly rows: number;
  readonly tokens: number;
  /** From nothing to the first score, the start of the process included. */
  readonly firstScoreMs: number;
  /** All rows, the fastest of the runs. */
  readonly scoreMs: number;
  /** The same, with a run of the model per step over all that stands before it. */
  readonly perStepMs: number;
  /** The rows' ids through Python's onnxruntime, a row at a time; undefined without a Python that has it. */
  readonly pythonMs: number | undefined;
  /** The longest time for which the owner's event loop stood still while scoring. */
  readonly longestGapMs: number;
}

/** How the benchmark runs. */
export interface ScoreBenchOptions {
  /** A complete model folder with inputs `input_ids` and `attention_mask`. */
  readonly folder: string;
  readonly rows?: number;
  readonly steps?: number;
  readonly threads?: number;
  readonly runs?: number;
  /** A Python with numpy and onnxruntime. */
  readonly python?: string;
}

/** Measures scoring on the CPU, against Python and against a run per step. */
export async function benchScore(options: ScoreBenchOptions): Promise<ScoreFigures> {
  const { folder, rows = 100, steps = 12, threads = 1, runs = 3, python = 'python3' } = options;
  // Different problems, as equal solutions are run once.
  const solutions = Array.from({ length: rows }, (_, k) => {
    const golden = goldenSolution(steps - (k % 4));
    return { ...golden, problem: `${k}. ${golden.problem}` };
  });
  const ids = await idsOf(folder, solutions);
  const begun = performance.now();
  const started = await Scorer.start(folder, { provider: 'cpu', threads, program: scorerProgram() });
  if (!started.ok) throw new Error(started.fault.message);
  const scorer = started.value;
  try {
    await scored(scorer, solutions.slice(0, 1));
    const firstScoreMs = performance.now() - begun;
    const watch = watchGaps();
    const scoreMs = await fastest(runs, () => scored(scorer, solutions));
    const longestGapMs = watch.end();
    const prefixes = solutions.flatMap((solution) =>
      solution.steps.map((_, k) => ({ ...solution, steps: solution.steps.slice(0, k + 1) })),
    );
    const perStepMs = await fastest(runs, () => scored(scorer, prefixes));
    const pythonMs = pythonTime(python, folder, ids, threads);
    const tokens = ids.reduce((sum, { length }) => sum + length, 0);
    return { rows, tokens, firstScoreMs, scoreMs, perStepMs, pythonMs, longestGapMs };
  } finally {
    await scorer.stop();
  }
}

async function scored(scorer: Scorer, solutions: readonly Solution[]): Promise<void> {
  const bad = (await scorer.score(solutions)).find((result) => !result.ok);
  if (bad?.ok === false) throw new Error(bad.fault.message);
}

async function fastest(runs: number, work: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

async function idsOf(folder: string, solutions: readonly Solution[]): Promise<(readonly number[])[]> {
  const card = parseCard(readFileSync(join(folder, 'prm.json'), 'utf8'));
  if (!card.ok) throw new Error(card.fault.message);
  const tokenizer = await loadTokenizer(folder, card.value);
  if (!tokenizer.ok) throw new Error(tokenizer.fault.message);
  const separator = tokenizer.value.idOf(card.value.separator);
  if (!separator.ok) throw new Error(separator.fault.message);
  return solutions.map((solution) => {
    const aligned = align(card.value, solution, tokenizer.value, separator.value);
    if (!aligned.ok) throw new Error(aligned.fault.message);
    return aligned.value.ids;
  });
}

function pythonTime(
  python: string,
  folder: string,
  ids: readonly (readonly number[])[],
  threads: number,
): number | undefined {
  const work = mkdtempSync(join(tmpdir(), 'cfprm-bench-score-'));
  try {
    const file = join(work, 'ids.json');
    writeFileSync(file, JSON.stringify(ids));
    const script = join(__dirname, 'scoreReference.py');
    const args = [script, join(folder, 'model.onnx'), file, String(threads)];
    const run = spawnSync(python, args, { encoding: 'utf8' });
    return run.status === 0 ? 1000 * Number(run.stdout) : undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The figures as a table, ratios first. */
export function scoreTable(figures: ScoreFigures): string {
  const { rows, tokens, firstScoreMs, scoreMs, perStepMs, pythonMs, longestGapMs } = figures;
  const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
  const python = pythonMs === undefined ? 'no Python with onnxruntime' : ms(pythonMs);
  const ratio =
    pythonMs === undefined ? '' : `${(pythonMs / scoreMs).toFixed(2)} × the speed of Python's onnxruntime`;
  return [
    `| scoring ${rows} rows, ${tokens} tokens, on the CPU | figure | yardstick |\n|---|---|---|`,
    `| from the command to the first score | ${ms(firstScoreMs)} | |`,
    `| all rows | ${ms(scoreMs)} (${Math.round((1000 * tokens) / scoreMs)} tokens/s) | ${ratio} (${python}) |`,
    `| the same with a run per step | ${ms(perStepMs)} | ${(perStepMs / scoreMs).toFixed(1)} × |`,
    `| longest gap of the owner's event loop | ${ms(longestGapMs)} | |`,
  ].join('\n');
}
