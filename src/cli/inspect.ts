import { type Command, InvalidArgumentError } from 'commander';
import { fail, ok, type Result } from '../core/result';
import { type ArithmeticReport, Summary, type SummaryReport } from '../core/summary';
import { counted } from '../core/trace/words';
import type { Source } from '../io/openSource';
import type { SourceLabels } from '../io/sourceLabels';
import { editLines, editsOf } from './edits';
import { consumeRows } from './rowInput';
import { addSourceFlags, readSourceFlags, type SourceFlags } from './sourceFlags';
import { Progress, processTerminal, type Terminal } from './terminal';

/** Malformed rows that the readable report lists. */
const LISTED = 10;

/** Steps whose arithmetic is checked unless `--check` says otherwise: half a second's work. */
const CHECKED = 20_000;

/** What `cfprm inspect` was asked for. */
export interface InspectOptions extends SourceFlags {
  /** How many steps' arithmetic is checked; infinite for all. */
  readonly check?: number;
  readonly json?: boolean;
}

/** Adds `cfprm inspect` to the program. The exit code goes to `process.exitCode`. */
export function addInspect(program: Command): void {
  const command = program
    .command('inspect')
    .description('say what a trajectory file holds: format, rows, steps, labels, malformed rows')
    .argument('<file>', 'JSONL file or JSON array; - reads standard input');
  addSourceFlags(command)
    .option(
      '--check <steps>',
      'check the arithmetic of so many steps, the first; all, or 0 for none',
      readCount,
      CHECKED,
    )
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: InspectOptions) => {
      process.exitCode = await inspect(file, options, processTerminal());
    });
}

/**
 * Inspects a file and prints what it holds. Returns the exit code: 0 done, 1 some rows are malformed, 2 it could
 * not be read (nothing is printed on standard output then).
 */
export async function inspect(file: string, options: InspectOptions, terminal: Terminal): Promise<0 | 1 | 2> {
  const result = await summarise(file, options, terminal);
  if (!result.ok) {
    terminal.err(`cfprm inspect: ${result.fault.message}\n`);
    return 2;
  }
  const { source, report, labels } = result.value;
  const { why } = source;
  if (options.json) terminal.json({ ...report, ...editsOf(labels), file, why });
  else terminal.out(`${[...describe(file, source, report), ...editLines(labels)].join('\n')}\n`);
  return report.malformed.length > 0 ? 1 : 0;
}

interface Inspection {
  readonly source: Source;
  readonly report: SummaryReport;
  readonly labels: SourceLabels | undefined;
}

async function summarise(
  file: string,
  options: InspectOptions,
  terminal: Terminal,
): Promise<Result<Inspection>> {
  const choice = readSourceFlags(options);
  if (!choice.ok) return choice;
  let source: Source | undefined;
  const summary = new Summary(options.check ?? CHECKED);
  let labels: SourceLabels | undefined;
  const progress = new Progress(terminal);
  const done = await consumeRows(file, terminal.input, choice.value, {
    opened(opened, given) {
      source = opened;
      labels = given;
    },
    row(_row, result) {
      if (result.ok) summary.add(result.value);
      else summary.addMalformed(result.fault);
    },
    fault: (fault) => summary.addMalformed(fault, false),
    onProgress: (doneBytes, totalBytes) => progress.show(doneBytes, totalBytes),
  });
  progress.clear();
  if (!done.ok) return done;
  if (source === undefined) throw new Error('a source that was read was never opened');
  if (summary.readable > 0) return ok({ source, report: summary.report(source.format.id), labels });
  return fail(summary.nothingRead(file, source.format));
}

/** The report in words, line by line. */
export function describe(file: string, source: Source, report: SummaryReport): string[] {
  const { labels } = report;
  const labelled = Object.entries(labels).filter(([, count]) => count > 0);
  return [
    `${file === '-' ? 'Standard input' : file}: ${source.format.title} (${source.format.id}); ${source.why}`,
    entry('rows', report.rows, report.malformedRows > 0 ? `${number(report.malformedRows)} malformed` : ''),
    entry(
      'trajectories',
      report.trajectories,
      `${number(report.withError)} with a wrong step, ${number(report.unlabelled)} without labels`,
    ),
    entry('problems', report.problems),
    entry(
      'steps',
      report.steps,
      labelled
        .map(([name, count]) => `${number(count)} ${name === 'absent' ? 'unlabelled' : name}`)
        .join(', '),
    ),
    entry('scores', report.scores.recorded, report.scores.recorded > 0 ? 'recorded in the file' : ''),
    ...(report.arithmetic === undefined ? [] : [arithmeticLine(report.arithmetic, report.steps)]),
    ...Object.entries(report.notes).map(([kind, count]) => entry('notes', count, kind)),
    ...malformedLines(report),
  ];
}

function arithmeticLine(
  { steps, false: wrong, equations, decided }: ArithmeticReport,
  allSteps: number,
): string {
  const scope = steps < allSteps ? `in the first ${number(steps)} steps: ` : '';
  const detail = `${scope}${number(decided)} decided, ${counted(wrong, 'step')} with a false one`;
  return entry('equations', equations, detail);
}

/** The number of steps to check. */
function readCount(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  const count = /^\d{1,15}$/u.test(text) ? Number(text) : undefined;
  if (count === undefined) throw new InvalidArgumentError('Give a number of steps, or all.');
  return count;
}

function malformedLines({ malformed, malformedRows }: SummaryReport): string[] {
  if (malformed.length === 0) return [];
  const lines = ['malformed rows:'];
  for (const { row, column, message } of malformed.slice(0, LISTED)) {
    const place =
      row === undefined ? 'file' : `row ${row}${column === undefined ? '' : `, column ${column}`}`;
    lines.push(`  ${place}: ${message}`);
  }
  const more = malformed.length - LISTED;
  const where =
    malformedRows > malformed.length ? `lists the first ${number(malformed.length)}` : 'lists them';
  if (more > 0) lines.push(`  and ${number(Math.max(more, malformedRows - LISTED))} more; --json ${where}`);
  return lines;
}

function entry(name: string, count: number, detail = ''): string {
  return `  ${name.padEnd(13)}${number(count)}${detail === '' ? '' : ` (${detail})`}`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
