import type { Command } from 'commander';
import type { Result } from '../core/result';
import type { Finding } from '../core/validate/findings';
import { type OtherFile, type Validation, ValidationPass } from '../io/validateFile';
import { editLines, editsOf } from './edits';
import { describe } from './inspect';
import { consumeRows } from './rowInput';
import { addSourceFlags, readSourceFlags, type SourceFlags } from './sourceFlags';
import { Progress, processTerminal, type Terminal } from './terminal';

/** Findings of each kind that the readable report lists. */
const LISTED = 5;

/** What `cfprm validate` was asked for. */
export interface ValidateFlags extends SourceFlags {
  readonly against?: readonly string[];
  /** Whether false equations are findings. */
  readonly equations?: boolean;
  readonly json?: boolean;
}

/** Adds `cfprm validate` to the program. The exit code goes to `process.exitCode`. */
export function addValidate(program: Command): void {
  const command = program
    .command('validate')
    .description('find malformed rows, and what is legal but suspicious')
    .argument('<file>', 'trajectory file of any known format; - reads standard input')
    .option('--against <files...>', 'other files (a test set): problems that occur in both are findings');
  addSourceFlags(command)
    .option('--equations', 'report false equations in steps that are not labelled wrong')
    .option('--json', 'print one JSON document')
    .action(async (file: string, flags: ValidateFlags) => {
      process.exitCode = await validate(file, flags, processTerminal());
    });
}

/**
 * Validates a file and prints what was found. Returns the exit code: 0 nothing, 1 malformed rows or findings, 2 it
 * could not be read (nothing is printed on standard output then).
 */
export async function validate(file: string, flags: ValidateFlags, terminal: Terminal): Promise<0 | 1 | 2> {
  const result = await run(file, flags, terminal);
  if (!result.ok) {
    terminal.err(`cfprm validate: ${result.fault.message}\n`);
    return 2;
  }
  const { source, report, labels, against } = result.value;
  if (flags.json) {
    const others = flags.against === undefined ? {} : { against };
    const document = { ...report, ...others, ...editsOf(labels), file, why: source.why };
    terminal.json(document);
  } else {
    const lines = [...describe(file, source, report), ...editLines(labels), ...findingLines(result.value)];
    terminal.out(`${lines.join('\n')}\n`);
  }
  const unknown = against.some(({ malformedRows }) => malformedRows > 0);
  return report.malformed.length > 0 || report.findings.length > 0 || unknown ? 1 : 0;
}

async function run(file: string, flags: ValidateFlags, terminal: Terminal): Promise<Result<Validation>> {
  const choice = readSourceFlags(flags);
  if (!choice.ok) return choice;
  const progress = new Progress(terminal);
  const pass = new ValidationPass(file, (done, total) => progress.show(done, total), flags.equations);
  for (const other of flags.against ?? []) {
    const read = await pass.against(other, choice.value);
    if (!read.ok) return read;
  }
  const read = await consumeRows(file, terminal.input, choice.value, pass);
  progress.clear();
  return read.ok ? pass.result() : read;
}

function findingLines({ report, against }: Validation): string[] {
  const kinds = Object.entries(report.findingCounts);
  return [
    ...against.map(otherLine),
    kinds.length === 0 ? 'findings: none' : 'findings:',
    ...kinds.flatMap(([kind, count]) => kindLines(kind, count, report.findings)),
  ];
}

function otherLine({ file, rows, malformedRows }: OtherFile): string {
  const number = (count: number): string => count.toLocaleString('en-US');
  const unknown = malformedRows === 0 ? '' : `, ${number(malformedRows)} of them malformed and not compared`;
  return `compared with ${file}: ${number(rows)} rows${unknown}`;
}

function kindLines(kind: string, count: number, findings: readonly Finding[]): string[] {
  const listed = findings.filter((finding) => finding.kind === kind);
  const shown = listed.slice(0, LISTED);
  const more = count - shown.length;
  const where =
    listed.length === count ? 'lists them' : `lists the first ${listed.length.toLocaleString('en-US')}`;
  return [
    `  ${kind}: ${count.toLocaleString('en-US')}`,
    ...shown.map((finding) => `    ${placeOf(finding)}: ${finding.message}`),
    ...(more > 0 ? [`    and ${more.toLocaleString('en-US')} more; --json ${where}`] : []),
  ];
}

function placeOf({ row, trajectory, step }: Finding): string {
  const candidate = trajectory === undefined ? '' : `, candidate ${trajectory}`;
  return `row ${row}${candidate}${step === null ? '' : `, step ${step}`}`;
}
