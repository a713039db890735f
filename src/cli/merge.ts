import { type Command, Option } from 'commander';
import type { Manifest, ManifestBlock } from '../core/merge/manifest';
import { CHOICES, type MergeRequest, resolveOptions } from '../core/merge/options';
import { fail, type Result } from '../core/result';
import { mergeFile } from '../io/mergeFile';
import { addSourceFlags, readSourceFlags, type SourceFlags } from './sourceFlags';
import { Progress, processTerminal, stopSignal, type Terminal } from './terminal';

/** Malformed rows that the readable report lists. */
const LISTED = 10;

/** What `cfprm merge` was asked for. */
export interface MergeFlags extends MergeRequest, SourceFlags {
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Adds `cfprm merge` to the program. The exit code goes to `process.exitCode`. */
export function addMerge(program: Command): void {
  const command = program
    .command('merge')
    .description('join steps into windows: coarse-to-fine training data with a manifest')
    .argument('<file>', 'trajectory file: JSONL or a JSON array')
    .requiredOption('--out <dir>', 'folder to write; must not exist')
    .option('--max <steps>', 'largest window (default: 2)')
    .option('--min <steps>', 'smallest window (default: 1)')
    .option(
      '--sizes <list>',
      'window sizes in place of --max and --min, as in 4,2,1; N is the whole trajectory',
    )
    .option('--overlap', 'one pass per offset, so that every full window occurs once');
  choice(command, 'tail', 'steps at the end that do not fill a window');
  choice(command, 'label', "a window's label");
  choice(command, 'neutral', 'what a neutral step counts as');
  choice(command, 'blocks', 'every size, or only the largest and 1');
  command.option('--keep-duplicates', 'write rows with the same windows at every size');
  choice(command, 'order', 'order of the blocks');
  command
    .option('--seed <number>', 'seed of the order shuffled (default: 0)')
    .option('--joiner <text>', 'between the steps of a window (default: a line break)');
  choice(command, 'to', 'format of the rows');
  addSourceFlags(command)
    .option('--force', 'replace an existing folder, in one step')
    .option('--json', 'print the manifest')
    .action(async (file: string, flags: MergeFlags) => {
      const stop = stopSignal();
      process.exitCode = await merge(file, flags, processTerminal(), stop.signal);
      stop.release();
    });
}

function choice(command: Command, name: keyof typeof CHOICES, description: string): void {
  const values = CHOICES[name];
  const option = new Option(`--${name} <word>`, `${description} (default: ${values[0]})`);
  command.addOption(option.choices([...values]));
}

/**
 * Merges a file and prints the manifest or a table. Returns the exit code: 0 done, 1 done without some malformed
 * rows, 2 nothing was written.
 */
export async function merge(
  file: string,
  flags: MergeFlags,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<0 | 1 | 2> {
  const result = await run(file, flags, terminal, signal);
  if (!result.ok) {
    terminal.err(`cfprm merge: ${result.fault.message}\n`);
    return 2;
  }
  const manifest = result.value;
  if (flags.json) terminal.json(manifest);
  else terminal.out(describe(flags.out, manifest));
  return manifest.malformed.length > 0 ? 1 : 0;
}

async function run(
  file: string,
  flags: MergeFlags,
  terminal: Terminal,
  signal: AbortSignal | undefined,
): Promise<Result<Manifest>> {
  const options = resolveOptions(flags);
  if (!options.ok) return options;
  const source = readSourceFlags(flags);
  if (!source.ok) return source;
  if (file === '-') {
    return fail(
      'Standard input cannot be merged, because it may have to be read twice. Save it to a file first.',
    );
  }
  const progress = new Progress(terminal);
  const onProgress = progress.show.bind(progress);
  const { out, force } = flags;
  const job = { source: file, out, force, options: options.value, signal, onProgress, ...source.value };
  const merged = await mergeFile(job);
  progress.clear();
  return merged;
}

const COLUMNS = [
  'rows',
  'steps',
  'positive',
  'negative',
  'soft',
  'masked',
  'tails',
  'hidden',
  'repeat',
] as const;

function describe(out: string, { source, edits, blocks, skipped, malformed }: Manifest): string {
  const lines = [
    `${out}: ${number(source.trajectories)} trajectories from ${source.name} (${source.format})`,
    ...table([['file', ...COLUMNS], ...blocks.map((block) => [block.file, ...cells(block)])]),
  ];
  if (edits !== undefined) {
    const stale = edits.stale > 0 ? `; ${number(edits.stale)} left out, their rows have changed since` : '';
    lines.push(`edited labels: ${number(edits.labels)}, from ${edits.name}${stale}`);
  }
  const left = Object.entries(skipped).filter(([, count]) => count > 0);
  if (left.length > 0)
    lines.push(`left out: ${left.map(([why, count]) => `${number(count)} ${why}`).join(', ')}`);
  for (const { row, message } of malformed.slice(0, LISTED)) lines.push(`  row ${row}: ${message}`);
  const more = skipped.malformed - LISTED;
  if (more > 0) lines.push(`  and ${number(more)} more; the manifest lists the first 1,000`);
  return `${lines.join('\n')}\n`;
}

function cells(block: ManifestBlock): string[] {
  return COLUMNS.map((name) => number(block[name]));
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, k) => Math.max(...rows.map((row) => row[k]!.length)));
  return rows.map((row) => {
    const [name, ...numbers] = row.map((cell, k) =>
      k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!),
    );
    return `  ${[name, ...numbers].join('  ')}`;
  });
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
