import { t } from '@vscode/l10n';
import type * as vscode from 'vscode';
import type { FormatId, Json } from '../../core/formats/format';
import { checkMapping } from '../../core/formats/generic';
import type { SplitRule } from '../../core/formats/splitText';
import { fail, ok, type Result } from '../../core/result';
import type { SourceChoice } from '../../io/openSource';
import { settings } from '../settings';

const KEY = 'cfprm.reading';

/** What the user chose for one file instead of detection and of the format's usual rule. */
export interface ReadingChoice {
  readonly format?: FormatId;
  readonly split?: SplitRule;
}

/** How the user wants files to be read: choices for single files, kept for this workspace, and settings for all. */
export class ReadingChoices {
  constructor(private readonly memory: vscode.Memento) {}

  /** What was chosen for a file, if anything. */
  of(uri: vscode.Uri): ReadingChoice {
    return this.all()[uri.toString()] ?? {};
  }

  /** Chooses for a file; an empty choice goes back to detection. */
  async choose(uri: vscode.Uri, choice: ReadingChoice): Promise<void> {
    const { [uri.toString()]: _, ...others } = this.all();
    const isEmpty = choice.format === undefined && choice.split === undefined;
    await this.memory.update(KEY, isEmpty ? others : { ...others, [uri.toString()]: choice });
  }

  /** Both together, for opening. Faults: the mapping in the settings is not usable. */
  resolve(uri: vscode.Uri): Result<SourceChoice> {
    const { format, split = settings.split() } = this.of(uri);
    const text = settings.mapping();
    const wantsMapping = format === 'generic' || format === undefined;
    const isSet = text !== null && typeof text === 'object' && Object.keys(text).length > 0;
    if (!wantsMapping || !isSet) return ok({ format, split });
    const mapping = checkMapping(text as Json);
    if (!mapping.ok) return fail(t('Setting cfprm.format.mapping: {0}', mapping.fault.message));
    return ok({ format, split, mapping: mapping.value });
  }

  private all(): Record<string, ReadingChoice> {
    return this.memory.get<Record<string, ReadingChoice>>(KEY, {});
  }
}
