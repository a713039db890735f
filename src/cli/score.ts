import { type Command, Option } from 'commander';
import { type Fault, fail, type Result } from '../core/result';
import { type ModelInfo, providerWords } from '../core/scores/modelInfo';
import { PROVIDERS, type ProviderChoice } from '../core/scores/providers';
import { type ScoreFault, scoreFail } from '../core/scores/scoreFault';
import { CANCELLED } from '../io/rowStream';
import { demonstrationModel } from '../scorer/demonstrationModel';
import { type ScoreReport, scoreFile } from '../scorer/scoreFile';
import { Scorer } from '../scorer/scorer';
import { addSourceFlags, readSourceFlags, type SourceFlags } from './sourceFlags';
import { Progress, processTerminal, stopSignal, type Terminal } from './terminal';

/** Rows that the readable report lists. */
const LISTED = 10;

const NO_MODEL =
  'This installation comes without the demonstration model. Name the folder of a model with --model.';

/** What `cfprm score` was asked for. */
export interface ScoreFlags extends SourceFlags {
  /** Folder of the model; the demonstration model if absent. */
  readonly model?: string;
  readonly out: string;
  readonly provider: ProviderChoice;
  readonly threads?: string;
  readonly libraries?: string;
  readonly dataFrom?: readonly string[];
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Adds `cfprm score` to the program. The exit code goes to `process.exitCode`. */
export function addScore(program: Command): void {
  const provider = new Option(
    '--provider <name>',
    'where the model runs; auto takes the best that proves itself',
  );
  const command = program
    .command('score')
    .description('write the rows of a file with a score per step, from a local model')
    .argument('<file>', 'trajectory file of any known format')
    .option(
      '--model <dir>',
      'folder with the model, its tokenizer and prm.json (default: the demonstration model)',
    )
    .requiredOption('--out <file>', 'file to write; must not exist. What was broken off is gone on with')
    .addOption(provider.choices(['auto', ...PROVIDERS]).default('auto'))
    .option('--threads <number>', 'threads of the CPU')
    .option('--libraries <dir>', 'folder of native libraries (CUDA, cuDNN)')
    .option('--data-from <dirs...>', "folders outside the model's that links to its data may lead to");
  // Edited labels do not change scores.
  addSourceFlags(command)
    .option('--force', 'replace an existing file, in one step')
    .option('--json', 'print one JSON document')
    .action(async (file: string, flags: ScoreFlags) => {
      const stop = stopSignal();
      process.exitCode = await score(file, flags, processTerminal(), stop.signal);
      stop.release();
    });
}

/**
 * Scores a file and prints what was done and where the model ran. Returns the exit code: 0 done, 1 done but for some
 * rows, 2 the file was not written.
 */
export async function score(
  file: string,
  flags: ScoreFlags,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<0 | 1 | 2> {
  const run = new Run(flags, terminal, signal);
  const result = await run.score(file);
  const info = run.info;
  await run.stop();
  if (!result.ok) {
    terminal.err(`cfprm score: ${message(result.fault, file, flags)}\n`);
    return 2;
  }
  const { source, ...report } = result.value;
  if (flags.json) {
    terminal.json({ format: source.format.id, ...report, model: info });
  } else terminal.out(describe(flags.out, result.value, info!));
  return report.malformed > 0 || report.failed > 0 || report.faults.length > 0 ? 1 : 0;
}

/** One run of the command, with the model that it started. */
class Run {
  private scorer: Scorer | undefined;

  constructor(
    private readonly flags: ScoreFlags,
    private readonly terminal: Terminal,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** The model as it was at work; undefined if none was started. */
  get info(): ModelInfo | undefined {
    return this.scorer?.info;
  }

  async score(file: string): Promise<Result<ScoreReport>> {
    const { flags, terminal, signal } = this;
    const choice = readSourceFlags(flags);
    if (!choice.ok) return choice;
    if (file === '-') {
      return fail('Standard input cannot be scored, because it is read in parts. Save it to a file first.');
    }
    const threads = flags.threads === undefined ? undefined : Number(flags.threads);
    if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
      return fail(`threads is "${flags.threads}": it must be a whole number from 1 on.`);
    }
    const progress = new Progress(terminal);
    const onProgress = progress.show.bind(progress);
    const { out, force } = flags;
    const scorer = () => this.start(threads);
    const result = await scoreFile({ source: file, out, force, signal, onProgress, scorer, ...choice.value });
    progress.clear();
    return result;
  }

  async stop(): Promise<void> {
    await this.scorer?.stop();
  }

  private async start(threads: number | undefined) {
    const { flags, terminal, signal } = this;
    const { provider, libraries: libraryFolder, dataFrom: allowedData } = flags;
    const folder = flags.model ?? demonstrationModel();
    if (folder === undefined) return scoreFail('model-not-found', NO_MODEL);
    const started = await Scorer.start(folder, { provider, threads, libraryFolder, allowedData, signal });
    if (!started.ok) return started;
    this.scorer = started.value;
    const { info } = started.value;
    if (!flags.json) terminal.err(`${info.name} on ${providerWords(info.provider)}\n`);
    for (const warning of info.warnings) terminal.err(`${warning}\n`);
    return started;
  }
}

function message(fault: Fault, file: string, { out }: ScoreFlags): string {
  if (fault.message === CANCELLED) {
    return `Stopped. The same command for ${file} and ${out} goes on where this one ended.`;
  }
  const { detail } = fault as Partial<ScoreFault>;
  return detail === undefined ? fault.message : `${fault.message}\n${detail.trim()}`;
}

function describe(out: string, report: ScoreReport, { name, provider, tokensPerSecond }: ModelInfo): string {
  const { source, resumed, scored, steps, failed, malformed, faults } = report;
  const lines = [
    `${out}: ${number(scored)} trajectories with ${number(steps)} scores by ${name} (${source.format.id})`,
    `  ${providerWords(provider)}, ${number(Math.round(tokensPerSecond))} tokens per second`,
    ...provider.rejected.map((rejected) => `  not ${rejected.provider}: ${rejected.fault.message}`),
  ];
  if (resumed > 0) lines.push(`  gone on behind row ${number(resumed)} of an earlier run`);
  if (failed > 0) lines.push(`without scores: ${number(failed)} trajectories`);
  if (malformed > 0) lines.push(`copied as they are: ${number(malformed)} malformed rows`);
  for (const { row, message: why } of faults.slice(0, LISTED)) lines.push(`  row ${row}: ${why}`);
  if (faults.length > LISTED) lines.push('  and more; --json lists the first 1,000');
  return `${lines.join('\n')}\n`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
