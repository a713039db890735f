import type { Command } from 'commander';
import type { FormatId } from '../core/formats/format';
import { parseMapping } from '../core/formats/generic';
import { formatIds } from '../core/formats/registry';
import { fail, ok, type Result } from '../core/result';
import type { SourceChoice } from '../io/openSource';

/** The flags that decide how a file is read, the same for every command. */
export interface SourceFlags {
  readonly format?: string;
  /** A field mapping as JSON. */
  readonly mapping?: string;
}

/** Adds these flags to a command. */
export function addSourceFlags(command: Command): Command {
  return command
    .option('--format <id>', `read it as this format instead of detecting one (${formatIds.join(', ')})`)
    .option('--mapping <json>', 'where the generic format finds its fields, as JSON');
}

/** What the flags say. Faults: an unknown format, a broken mapping, or two flags that exclude each other. */
export function readSourceFlags({ format, mapping }: SourceFlags): Result<SourceChoice> {
  if (format !== undefined && !formatIds.includes(format as FormatId)) {
    return fail(`There is no format "${format}". Known formats are ${formatIds.join(', ')}.`);
  }
  if (mapping === undefined) {
    return format === 'generic'
      ? fail('The generic format needs a field mapping: add --mapping with JSON.')
      : ok({ format: format as FormatId | undefined });
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
