import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cliPath } from '../support/cli';
import { generateTrl } from './generate';
import { best, type Measurement, measure } from './measure';

/** One line of the table of conversions and validations. */
export interface ConvertBenchRow extends Measurement {
  readonly name: string;
  /** Input, in 10^6 bytes per second. */
  readonly megabytesPerSecond: number;
  /** How many times as fast as the naive Node pipeline on the same file, by the clock. */
  readonly ratio: number;
}

/** How the benchmark runs. */
export interface ConvertBenchOptions {
  readonly folder: string;
  /** Size of the file, in 10^6 bytes. */
  readonly megabytes?: number;
  /** Runs per variant, taken in turn; the fastest counts. */
  readonly runs?: number;
}

/** The exit code of a command that has done its work and found something. */
const FINDINGS = 1;

/** Times validating and converting against the naive conversion of the same file, in the same minutes. */
export function benchConvert({ folder, megabytes = 200, runs = 3 }: ConvertBenchOptions): ConvertBenchRow[] {
  const source = join(folder, `trl-${megabytes}.jsonl`);
  generateTrl(source, megabytes);
  const work = mkdtempSync(join(folder, 'convert-'));
  try {
    const variants = commands(source, join(work, 'out.jsonl'));
    const taken = variants.map((): Measurement[] => []);
    for (let run = 0; run < runs; run++) {
      variants.forEach(({ args }, k) => {
        taken[k]!.push(measure(process.execPath, args, FINDINGS));
      });
    }
    const naive = best(taken[0]!);
    return variants.map(({ name }, k) => {
      const own = best(taken[k]!);
      const megabytesPerSecond = statSync(source).size / 1e6 / own.seconds;
      return { name, ...own, megabytesPerSecond, ratio: naive.seconds / own.seconds };
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function commands(source: string, out: string): { name: string; args: string[] }[] {
  const convert = (to: string): { name: string; args: string[] } => {
    const args = [cliPath(), 'convert', source, '--to', to, '--out', out, '--force'];
    return { name: `cfprm convert --to ${to}`, args };
  };
  return [
    { name: 'naive conversion, Node', args: [join(__dirname, 'naiveConvert.mjs'), source, out] },
    convert('processbench'),
    convert('trl'),
    convert('math-shepherd'),
    { name: 'cfprm inspect', args: [cliPath(), 'inspect', source] },
    { name: 'cfprm validate', args: [cliPath(), 'validate', source] },
  ];
}
