import { type Command, Option } from 'commander';
import type { FormatId } from '../core/formats/format';
import { parseMapping } from '../core/formats/generic';
import { formatIds } from '../core/formats/registry';
import type { Manifest, ManifestBlock } from '../core/merge/manifest';
import { CHOICES, type MergeRequest, resolveOptions } from '../core/merge/options';
import { fail, ok, type Result } from '../core/result';
import { mergeFile } from '../io/mergeFile';
import type { SourceChoice } from '../io/openSource';
import type { Terminal } from './inspect';

/** Malformed rows that the readable report lists. */
const LISTED = 10;

/** What `cfprm merge` was asked for. */
export interface MergeFlags extends MergeRequest {
  readonly out: string;
  readonly force?: boolean;
  readonly format?: string;
  /** A field mapping as JSON. */
  readonly mapping?: string;
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
  command
    .option(
      '--format <id>',
      `read the file as this format instead of detecting one (${formatIds.join(', ')})`,
    )
    .option('--mapping <json>', 'where the generic format finds its fields, as JSON')
    .option('--force', 'replace an existing folder, in one step')
    .option('--json', 'print the manifest')
    .action(async (file: string, flags: MergeFlags) => {
      const stop = new AbortController();
      const abort = () => stop.abort();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort);
      process.exitCode = await merge(file, flags, terminal(), stop.signal);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, abort);
    });
}

function choice(command: Command, name: keyof typeof CHOICES, description: string): void {
  const values = CHOICES[name];
  const option = new Option(`--${name} <word>`, `${description} (default: ${values[0]})`);
  command.addOption(option.choices([...values]));
}

function terminal(): Terminal {
  return {
    input: process.stdin,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
  };
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
  terminal.out(flags.json ? `${JSON.stringify(manifest, null, 2)}\n` : describe(flags.out, manifest));
  return manifest.skipped.malformed > 0 ? 1 : 0;
}

async function run(
  file: string,
  flags: MergeFlags,
  terminal: Terminal,
  signal: AbortSignal | undefined,
): Promise<Result<Manifest>> {
  const options = resolveOptions(flags);
  if (!options.ok) return options;
  const source = sourceChoice(flags);
  if (!source.ok) return source;
  if (file === '-') {
    return fail(
      'Standard input cannot be merged, because it may have to be read twice. Save it to a file first.',
    );
  }
  let shown = -1;
  const onProgress = (done: number, total: number): void => {
    const percent = Math.floor((100 * done) / Math.max(1, total));
    if (!terminal.interactive || percent === shown) return;
    shown = percent;
    terminal.err(`\r${percent} %`);
  };
  const { out, force } = flags;
  const job = { source: file, out, force, options: options.value, signal, onProgress, ...source.value };
  const merged = await mergeFile(job);
  if (shown >= 0) terminal.err('\r      \r');
  return merged;
}

function sourceChoice({ format, mapping }: MergeFlags): Result<SourceChoice> {
  if (format !== undefined && !formatIds.includes(format as FormatId)) {
    return fail(`There is no format "${format}". Known formats are ${formatIds.join(', ')}.`);
  }
  if (mapping === undefined) return ok({ format: format as FormatId | undefined });
  if (format !== undefined && format !== 'generic') {
    return fail(
      `--mapping belongs to the generic format, but --format is ${format}. Leave one of the two out.`,
    );
  }
  const parsed = parseMapping(mapping);
  return parsed.ok ? ok({ format: 'generic', mapping: parsed.value }) : parsed;
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

function describe(out: string, { source, blocks, skipped, malformed }: Manifest): string {
  const lines = [
    `${out}: ${number(source.trajectories)} trajectories from ${source.name} (${source.format})`,
    ...table([['file', ...COLUMNS], ...blocks.map((block) => [block.file, ...cells(block)])]),
  ];
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
