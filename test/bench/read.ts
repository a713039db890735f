import { execFileSync } from 'node:child_process';
import { type BuildOptions, build } from 'esbuild';

/** Figures of opening and paging a large file, in a plain Node process. */
export interface ReadFigures {
  readonly rows: number;
  /** The format that was detected. */
  readonly format: string;
  readonly firstPageMs: number;
  /** Until every row is indexed. */
  readonly indexMs: number;
  /** Median and 95th percentile of reading and rendering 200 trajectories anywhere in the file. */
  readonly pageMs: number;
  readonly slowPageMs: number;
  readonly extraMegabytes: number;
  /** The yardstick: `wc -l` on the same file, in the same minute. */
  readonly wcMs: number;
}

/** Measures reading the file: the best of `runs` for every figure, the yardstick in turn with them. */
export async function benchRead(file: string, runs = 3): Promise<ReadFigures> {
  const probe = 'out/bench/readProbe.cjs';
  const common: BuildOptions = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
  };
  await build({ ...common, entryPoints: ['test/bench/readProbe.ts'], outfile: probe });
  let best: ReadFigures | undefined;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    execFileSync('wc', ['-l', file]);
    const wcMs = performance.now() - start;
    const taken = JSON.parse(
      execFileSync(process.execPath, [probe, file], { encoding: 'utf8' }),
    ) as ReadFigures;
    best = lower(best, { ...taken, wcMs });
  }
  return best!;
}

function lower(a: ReadFigures | undefined, b: ReadFigures): ReadFigures {
  if (a === undefined) return b;
  const entries = Object.entries(b).map(([key, value]) => {
    const other = a[key as keyof ReadFigures];
    return [key, typeof value === 'number' && typeof other === 'number' ? Math.min(value, other) : value];
  });
  return Object.fromEntries(entries) as ReadFigures;
}
