import { type Command, Option } from 'commander';
import { parseMapping } from '../core/formats/generic';
import { formatIds } from '../core/formats/registry';
import { SPLIT_RULES, type SplitRule } from '../core/formats/splitText';
import { fail, ok, type Result } from '../core/result';
import type { SourceChoice } from '../io/openSource';

/** The flags that decide how a file is read, the same for every command. */
export interface SourceFlags {
  readonly format?: string;
  /** A field mapping as JSON. */
  readonly mapping?: string;
  readonly split?: string;
  /** False for --no-edits. */
  readonly edits?: boolean;
}

/** Adds these flags to a command. */
export function addSourceFlags(command: Command): Command {
  const split = new Option('--split <rule>', 'how whole texts are split into steps (default: by the format)');
  return command
    .option('--format <id>', `read it as this format instead of detecting one (${formatIds.join(', ')})`)
    .option('--mapping <json>', 'where the generic format finds its fields, as JSON')
    .addOption(split.choices(SPLIT_RULES.map(({ rule }) => rule)))
    .option('--no-edits', 'leave out labels that were edited (FILE.cfprm-labels.jsonl)');
}

/** What the flags say. Faults: an unknown format, a broken mapping, or two flags that exclude each other. */
export function readSourceFlags(flags: SourceFlags): Result<SourceChoice> {
  const choice = readFormatFlags(flags);
  // The parser of the command line has checked the word already.
  const split = flags.split as SplitRule | undefined;
  return choice.ok ? ok({ ...choice.value, split, edits: flags.edits }) : choice;
}

function readFormatFlags({ format, mapping }: SourceFlags): Result<SourceChoice> {
  if (format !== undefined && !formatIds.includes(format)) {
    return fail(`There is no format "${format}". Known formats are ${formatIds.join(', ')}.`);
  }
  if (mapping === undefined) {
    return format === 'generic'
      ? fail('The generic format needs a field mapping: add --mapping with JSON.')
      : ok({ format });
  }
  if (format !== undefined && format !== 'generic') {
    return fail(
      `--mapping belongs to the generic format, but --format is ${format}. Leave one of the two out.`,
    );
  }
  const parsed = parseMapping(mapping);
  // On the command line a mapping is a decision, not a fallback.
  return parsed.ok ? ok({ format: 'generic', mapping: parsed.value }) : parsed;
}
