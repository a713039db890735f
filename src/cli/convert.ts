import { type Command, Option } from 'commander';
import { cannotHoldWords, lostWords, targets } from '../core/convert/converter';
import type { Format } from '../core/formats/format';
import { formatById } from '../core/formats/registry';
import { fail, type Result } from '../core/result';
import { type Conversion, convertFile } from '../io/convertFile';
import { editLines, editsOf } from './edits';
import { addSourceFlags, readSourceFlags, type SourceFlags } from './sourceFlags';
import { Progress, processTerminal, stopSignal, type Terminal } from './terminal';

/** Rows that the readable report lists. */
const LISTED = 10;

/** What `cfprm convert` was asked for. */
export interface ConvertFlags extends SourceFlags {
  readonly to: string;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Adds `cfprm convert` to the program. The exit code goes to `process.exitCode`. */
export function addConvert(program: Command): void {
  const to = new Option('--to <id>', 'format of the file that is written');
  const command = program
    .command('convert')
    .description('write trajectories in another format, one row each')
    .argument('<file>', 'trajectory file of any known format')
    .addOption(to.choices(targets.map((format) => format.id)).makeOptionMandatory())
    .requiredOption('--out <file>', 'file to write; must not exist');
  addSourceFlags(command)
    .option('--force', 'replace an existing file, in one step')
    .option('--json', 'print one JSON document')
    .action(async (file: string, flags: ConvertFlags) => {
      const stop = stopSignal();
      process.exitCode = await convert(file, flags, processTerminal(), stop.signal);
      stop.release();
    });
}

/**
 * Converts a file and prints what was written and lost. Returns the exit code: 0 done (what the target cannot hold
 * is no finding), 1 done without some rows, 2 nothing was written.
 */
export async function convert(
  file: string,
  flags: ConvertFlags,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<0 | 1 | 2> {
  const to = formatById(flags.to)!;
  if (!flags.json) terminal.err(`${to.title} cannot hold: ${cannotHoldWords(to).join('; ')}.\n`);
  const result = await run(file, to, flags, terminal, signal);
  if (!result.ok) {
    terminal.err(`cfprm convert: ${result.fault.message}\n`);
    return 2;
  }
  const { source, labels, ...report } = result.value;
  if (flags.json) {
    const { cannotHold } = to.writer!;
    const document = { format: source.format.id, to: to.id, cannotHold, ...report, ...editsOf(labels) };
    terminal.json(document);
  } else terminal.out(describe(flags.out, to, result.value));
  return report.malformed > 0 || report.unwritable > 0 || report.faults.length > 0 ? 1 : 0;
}

async function run(
  file: string,
  to: Format,
  flags: ConvertFlags,
  terminal: Terminal,
  signal: AbortSignal | undefined,
): Promise<Result<Conversion>> {
  const choice = readSourceFlags(flags);
  if (!choice.ok) return choice;
  if (file === '-') {
    return fail(
      'Standard input cannot be converted, because it may have to be read twice. Save it to a file first.',
    );
  }
  const progress = new Progress(terminal);
  const onProgress = progress.show.bind(progress);
  const { out, force } = flags;
  const converted = await convertFile({ source: file, out, to, force, signal, onProgress, ...choice.value });
  progress.clear();
  return converted;
}

function describe(out: string, to: Format, conversion: Conversion): string {
  const { written, trajectories, source, malformed, unwritable, faults, lost, labels } = conversion;
  const lines = [
    `${out}: ${number(written)} rows of ${to.title}, from ${number(trajectories)} trajectories (${source.format.id})`,
    ...lostWords(lost).map((words) => `  lost: ${words}`),
    ...editLines(labels),
  ];
  if (malformed > 0) lines.push(`left out: ${number(malformed)} malformed rows`);
  if (unwritable > 0) lines.push(`left out: ${number(unwritable)} trajectories that ${to.title} cannot hold`);
  for (const { row, message } of faults.slice(0, LISTED)) lines.push(`  row ${row}: ${message}`);
  if (faults.length > LISTED) lines.push('  and more; --json lists the first 1,000');
  return `${lines.join('\n')}\n`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
