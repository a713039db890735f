import { type Command, Option } from 'commander';
import { FEATURE_SETS, type NamedFeatureSet } from '../core/features/stepFeatures';
import { fail, type Result } from '../core/result';
import { type FeaturesReport, featuresFile } from '../io/featuresFile';
import { editLines, editsOf } from './edits';
import { addSourceFlags, readSourceFlags, type SourceFlags } from './sourceFlags';
import { Progress, processTerminal, stopSignal, type Terminal } from './terminal';

/** Malformed rows that the readable report lists. */
const LISTED = 10;

/** What `cfprm features` was asked for. */
export interface FeaturesFlags extends SourceFlags {
  readonly out: string;
  /** Name of the feature set. */
  readonly set?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Adds `cfprm features` to the program. The exit code goes to `process.exitCode`. */
export function addFeatures(program: Command): void {
  const names = FEATURE_SETS.map(({ name }) => name);
  const command = program
    .command('features')
    .description('write numbers that describe each step, to train small models with')
    .argument('<file>', 'trajectory file of any known format')
    .requiredOption('--out <file>', 'file to write; must not exist')
    .addOption(new Option('--set <name>', 'which numbers').choices(names).default(names[0]));
  addSourceFlags(command)
    .option('--force', 'replace an existing file, in one step')
    .option('--json', 'print one JSON document')
    .action(async (file: string, flags: FeaturesFlags) => {
      const stop = stopSignal();
      process.exitCode = await features(file, flags, processTerminal(), stop.signal);
      stop.release();
    });
}

/**
 * Writes the features of a file's steps and prints how many. Returns the exit code: 0 done, 1 done without some rows,
 * 2 nothing was written.
 */
export async function features(
  file: string,
  flags: FeaturesFlags,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<0 | 1 | 2> {
  const set = FEATURE_SETS.find(({ name }) => name === flags.set) ?? FEATURE_SETS[0]!;
  const result = await run(file, set, flags, terminal, signal);
  if (!result.ok) {
    terminal.err(`cfprm features: ${result.fault.message}\n`);
    return 2;
  }
  const { source, labels, ...report } = result.value;
  if (flags.json) {
    const { name, version, size } = set;
    const document = { format: source.format.id, features: { set: name, version, size }, ...report };
    terminal.json({ ...document, ...editsOf(labels) });
  } else terminal.out(describe(flags.out, `${set.name} ${set.version}`, set.size, result.value));
  return report.faults.length > 0 ? 1 : 0;
}

async function run(
  file: string,
  set: NamedFeatureSet,
  flags: FeaturesFlags,
  terminal: Terminal,
  signal: AbortSignal | undefined,
): Promise<Result<FeaturesReport>> {
  const choice = readSourceFlags(flags);
  if (!choice.ok) return choice;
  if (file === '-') {
    return fail('Standard input cannot be taken, because it is read in parts. Save it to a file first.');
  }
  const progress = new Progress(terminal);
  const onProgress = progress.show.bind(progress);
  const { out, force } = flags;
  const written = await featuresFile({ source: file, out, force, set, signal, onProgress, ...choice.value });
  progress.clear();
  return written;
}

function describe(out: string, set: string, size: number, report: FeaturesReport): string {
  const { trajectories, steps, source, malformed, faults, labels } = report;
  const lines = [
    `${out}: ${number(steps)} steps of ${number(trajectories)} trajectories (${source.format.id}), ${size} numbers each (${set})`,
    ...editLines(labels),
  ];
  if (malformed > 0) lines.push(`left out: ${number(malformed)} malformed rows`);
  for (const { row, message } of faults.slice(0, LISTED)) {
    lines.push(`  ${row === undefined ? 'file' : `row ${row}`}: ${message}`);
  }
  if (faults.length > LISTED) lines.push('  and more; --json lists the first 1,000');
  return `${lines.join('\n')}\n`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
