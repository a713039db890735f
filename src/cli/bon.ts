import { type Command, Option } from 'commander';
import type { GroupBy } from '../core/bon/overview';
import type { VerdictSource } from '../core/bon/pool';
import { type BonOptions, PAPER_SIZES } from '../core/bon/report';
import { AGGREGATES, type Aggregate } from '../core/bon/scores';
import { fail, ok, type Result } from '../core/result';
import { type BonFile, BonPass } from '../io/bonFile';
import { describeBon } from './bonTable';
import { consumeRows } from './rowInput';
import { addSourceFlags, readSourceFlags, type SourceFlags } from './sourceFlags';
import { Progress, processTerminal, type Terminal } from './terminal';

/** What `cfprm bon` was asked for, as the command line spells it. */
export interface BonFlags extends SourceFlags {
  readonly n?: string;
  readonly weight?: string;
  readonly subset?: string;
  readonly verdicts?: string;
  readonly by?: string;
  readonly seed?: string;
  readonly json?: boolean;
}

const SUBSETS = ['all', 'first'] as const;
const VERDICTS = ['graded', 'recorded'] as const;
const GROUPS = ['text', 'id'] as const;

/** Adds `cfprm bon` to the program. The exit code goes to `process.exitCode`. */
export function addBon(program: Command): void {
  const command = program
    .command('bon')
    .description('say how every rule for choosing one of N candidates does, with intervals')
    .argument('<file>', 'trajectory file of any known format; - reads standard input')
    .option('--n <list>', `sizes, as in 1,2,4,8, or "paper" for ${PAPER_SIZES} (default: 1, 2, 4, ... all)`);
  const word = (flag: string, about: string, choices: readonly string[]) =>
    command.addOption(new Option(`--${flag} <word>`, `${about} (default: ${choices[0]})`).choices(choices));
  word('weight', 'aggregate that weighs votes', ['last', ...AGGREGATES.filter((name) => name !== 'last')]);
  word('subset', 'the mean over all subsets of a size, or only the first candidates', SUBSETS);
  word(
    'verdicts',
    'who says what is correct: our grader where there is a gold answer, or the file',
    VERDICTS,
  );
  word('by', 'what candidates of one problem share', GROUPS);
  command.option('--seed <number>', 'seed of the random subsets and resamples (default: 0)');
  addSourceFlags(command)
    .option('--json', 'print one JSON document')
    .action(async (file: string, flags: BonFlags) => {
      process.exitCode = await bon(file, flags, processTerminal());
    });
}

/**
 * Prints the numbers of Best-of-N of a file. Returns the exit code: 0 done, 1 rows are malformed or answers could not
 * be graded, 2 there are no numbers (nothing is printed on standard output then).
 */
export async function bon(file: string, flags: BonFlags, terminal: Terminal): Promise<0 | 1 | 2> {
  const result = await run(file, flags, terminal);
  if (!result.ok) {
    terminal.err(`cfprm bon: ${result.fault.message}\n`);
    return 2;
  }
  const { source, summary, report } = result.value;
  const { format, rows, malformed, malformedRows } = summary;
  const { why } = source;
  if (flags.json) {
    const document = { ...report, format, rows, malformed, malformedRows, file, why };
    terminal.json(document);
  } else terminal.out(describeBon(file, result.value));
  return malformed.length > 0 || report.remarks.undecided > 0 ? 1 : 0;
}

async function run(file: string, flags: BonFlags, terminal: Terminal): Promise<Result<BonFile>> {
  const choice = readSourceFlags(flags);
  if (!choice.ok) return choice;
  const options = readOptions(flags);
  if (!options.ok) return options;
  // The parser of the command line has checked the words already.
  const by = (flags.by ?? 'text') as GroupBy;
  const progress = new Progress(terminal);
  const pass = new BonPass(file, by, (done, total) => progress.show(done, total));
  const read = await consumeRows(file, terminal.input, choice.value, pass);
  progress.clear();
  return read.ok ? pass.result(options.value) : read;
}

function readOptions(flags: BonFlags): Result<BonOptions> {
  const ns = flags.n === undefined ? ok(undefined) : readSizes(flags.n);
  if (!ns.ok) return ns;
  const seed = Number(flags.seed ?? '0');
  if (!/^\d+$/u.test(flags.seed ?? '0') || !Number.isSafeInteger(seed)) {
    return fail(
      `--seed is ${flags.seed}, but a whole number from 0 to ${Number.MAX_SAFE_INTEGER} is expected.`,
    );
  }
  return ok({
    ...(ns.value === undefined ? {} : { ns: ns.value }),
    weight: (flags.weight ?? 'last') as Aggregate,
    subset: (flags.subset ?? 'all') as 'all' | 'first',
    verdicts: (flags.verdicts ?? 'graded') as VerdictSource,
    seed,
  });
}

function readSizes(list: string): Result<readonly number[]> {
  if (list.trim() === 'paper') return ok(PAPER_SIZES);
  const parts = list.split(',').map((part) => part.trim());
  const odd = parts.find((part) => !/^[1-9]\d{0,5}$/u.test(part));
  if (odd !== undefined) {
    return fail(
      `--n has "${odd}", but whole numbers from 1 with commas between them are expected, or "paper".`,
    );
  }
  return ok(parts.map(Number));
}
