import type { Command } from 'commander';
import { GRADER, Grader } from '../core/grade/grader';
import { type GradedPair, gradePair, PAIR_FORMAT } from '../core/grade/pairs';
import { type Fault, fail, ok, type Result } from '../core/result';
import { Summary, type SummaryReport } from '../core/summary';
import { printable, shorten } from '../core/trace/words';
import { consumeRows } from './rowInput';
import { Progress, processTerminal, type Terminal } from './terminal';

/** Unequal pairs, findings and malformed rows that the readable report lists. */
const LISTED = 10;
const CUT = 60;

/** What `cfprm grade` was asked for. */
export interface GradeFlags {
  readonly json?: boolean;
}

/** What grading gave: the document of `--json`. */
export interface Grades {
  readonly rows: readonly GradedPair[];
  readonly equal: number;
  readonly unequal: number;
  readonly undecided: number;
  /** Pairs that could not be decided. */
  readonly findings: readonly {
    readonly row: number;
    readonly kind: 'undecided';
    readonly message: string;
  }[];
  readonly malformed: SummaryReport['malformed'];
  readonly malformedRows: number;
  readonly grader: typeof GRADER;
  readonly file: string;
}

/** Adds `cfprm grade` to the program. The exit code goes to `process.exitCode`. */
export function addGrade(program: Command): void {
  program
    .command('grade')
    .description('say which answers mean the same as the gold answers')
    .argument('<file>', 'rows of {"gold": ..., "pred": ...}: JSONL or a JSON array; - reads standard input')
    .option('--json', 'print one JSON document')
    .action(async (file: string, flags: GradeFlags) => {
      process.exitCode = await grade(file, flags, processTerminal());
    });
}

/**
 * Grades the pairs of a file and prints what came out. Returns the exit code: 0 all were decided, 1 rows are
 * malformed or pairs were not decided, 2 it could not be read (nothing is printed on standard output then).
 */
export async function grade(file: string, flags: GradeFlags, terminal: Terminal): Promise<0 | 1 | 2> {
  const result = await gradeFile(file, terminal);
  if (!result.ok) {
    terminal.err(`cfprm grade: ${result.fault.message}\n`);
    return 2;
  }
  const grades = result.value;
  if (flags.json) terminal.json(grades);
  else terminal.out(describe(grades));
  return grades.findings.length > 0 || grades.malformed.length > 0 ? 1 : 0;
}

async function gradeFile(file: string, terminal: Terminal): Promise<Result<Grades>> {
  const grader = new Grader();
  const rows: GradedPair[] = [];
  const summary = new Summary();
  const progress = new Progress(terminal);
  const read = await consumeRows(
    file,
    terminal.input,
    { own: PAIR_FORMAT, edits: false },
    {
      opened: () => undefined,
      row(row, result, json) {
        if (!result.ok || json === undefined) return summary.addMalformed(faultOf(result));
        summary.add([]);
        for (const pair of result.value) rows.push(gradePair(grader, row, pair, json));
      },
      fault: (fault) => summary.addMalformed(fault, false),
      onProgress: (done, total) => progress.show(done, total),
    },
  );
  progress.clear();
  if (!read.ok) return read;
  const { malformed, malformedRows } = summary.report(PAIR_FORMAT.id);
  if (rows.length === 0) {
    const [first] = malformed;
    const why = first === undefined ? 'it has no rows' : `row ${first.row}: ${first.message}`;
    return fail(`${file} has no pair. First fault, ${why} Give rows of {"gold": ..., "pred": ...}.`);
  }
  const undecided = rows.filter((row) => row.undecided);
  const equal = rows.filter((row) => row.equal).length;
  return ok({
    rows,
    equal,
    unequal: rows.length - equal - undecided.length,
    undecided: undecided.length,
    findings: undecided.map(({ row }) => ({ row, kind: 'undecided', message: UNDECIDED })),
    malformed,
    malformedRows,
    grader: GRADER,
    file,
  });
}

const UNDECIDED =
  'Whether the two are equal takes too much work to find out; it counts as unequal. Simplify one of them.';

function faultOf(result: Result<unknown>): Fault {
  if (result.ok) throw new Error('a row that was read has its JSON');
  return result.fault;
}

function describe(grades: Grades): string {
  const { rows, equal, undecided, malformed, malformedRows, grader, file } = grades;
  const unequal = rows.filter((row) => !row.equal && !row.undecided);
  const pairs = (some: readonly GradedPair[]) =>
    some.slice(0, LISTED).map(({ row, gold, pred }) => `  row ${row}: ${shown(gold)} against ${shown(pred)}`);
  const more = (count: number) => (count > LISTED ? [`  and ${count - LISTED} more; --json lists them`] : []);
  const lines = [
    `${file === '-' ? 'Standard input' : file}: ${equal} of ${rows.length} equal (grader ${grader.name} ${grader.version})`,
    ...(unequal.length > 0 ? ['unequal:', ...pairs(unequal), ...more(unequal.length)] : []),
    ...(undecided > 0
      ? [
          'not decided, counted as unequal:',
          ...pairs(rows.filter((row) => row.undecided)),
          ...more(undecided),
        ]
      : []),
    ...(malformed.length > 0
      ? [
          `malformed: ${malformedRows}`,
          ...malformed
            .slice(0, LISTED)
            .map(({ row, message }) => `  ${row === undefined ? 'file' : `row ${row}`}: ${message}`),
          ...more(malformed.length),
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function shown(value: GradedPair['gold']): string {
  return shorten(printable(typeof value === 'string' ? value : JSON.stringify(value)), CUT);
}
