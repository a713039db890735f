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

/** Runs the bench suite in the real host on the file. Throws if the suite did not come to its end. */
export function benchEditor(file: string): EditorFigures {
  const folder = mkdtempSync(join(tmpdir(), 'cfprm-bench-'));
  const result = join(folder, 'figures.json');
  try {
    const launcher = ['test/host/launcher/main.mjs', '--suites', 'out/test/host/bench'];
    const env = { ...process.env, CFPRM_BENCH_FILE: file, CFPRM_BENCH_RESULT: result };
    const ended = spawnSync(process.execPath, launcher, { env, encoding: 'utf8' });
    if (ended.status !== 0) throw new Error(`The bench suite failed:\n${ended.stdout}\n${ended.stderr}`);
    return JSON.parse(readFileSync(result, 'utf8')) as EditorFigures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
