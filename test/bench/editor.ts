import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Figures from inside the extension host of a real VS Code. */
export interface EditorFigures {
  readonly activateMs: number;
  /** From the command to the first page shown. */
  readonly openMs: number;
  /** Until the heading knows the number of rows. */
  readonly countedMs: number;
  /** Median time to turn a page. */
  readonly pageMs: number;
  readonly extraMegabytes: number;
  /** Setting and clearing 5,000 ranges of five static decoration types. */
  readonly decorateMs: number;
  readonly clearMs: number;
}

/** How scoring is felt in the extension host. */
export interface EditorScoreFigures {
  /** From the command that opens a trace to the first score on it, the model's start included. */
  readonly firstScoreMs: number;
  /** Scoring a file of `rows` trajectories while a page of it is open. */
  readonly rows: number;
  readonly scoreMs: number;
  /** The longest time for which the extension host stood still meanwhile. */
  readonly longestGapMs: number;
  /** From comparing one problem's candidates to the last score in the panel, and the longest gap meanwhile. */
  readonly candidates: number;
  readonly candidatesMs: number;
  readonly candidatesGapMs: number;
}

/** Measures opening and paging in the real host. Throws if the suite did not come to its end. */
export function benchEditor(file: string): EditorFigures {
  return benchInHost('opens|decorates', { CFPRM_BENCH_FILE: file });
}

/** Measures scoring with the model in a folder in the real host. Throws as `benchEditor`. */
export function benchEditorScores(model: string): EditorScoreFigures {
  return benchInHost('scores', { CFPRM_BENCH_MODEL: model });
}

function benchInHost<T>(grep: string, more: Record<string, string>): T {
  const folder = mkdtempSync(join(tmpdir(), 'cfprm-bench-'));
  const result = join(folder, 'figures.json');
  try {
    const launcher = ['test/host/launcher/main.mjs', '--suites', 'out/test/host/bench', '--grep', grep];
    const env = { ...process.env, ...more, CFPRM_BENCH_RESULT: result };
    const ended = spawnSync(process.execPath, launcher, { env, encoding: 'utf8' });
    if (ended.status !== 0) throw new Error(`The bench suite failed:\n${ended.stdout}\n${ended.stderr}`);
    return JSON.parse(readFileSync(result, 'utf8')) as T;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
