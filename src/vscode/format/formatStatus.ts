import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Format, FormatId } from '../../core/formats/format';
import { formats } from '../../core/formats/registry';
import { SPLIT_RULES, type SplitRule } from '../../core/formats/splitText';
import { pick } from '../ask';
import type { CommandId } from '../commandIds';
import type { OpenFiles } from '../files/openFiles';
import { parseTraceUri, TRACE_LANGUAGE } from '../trace/address';

/** Shows beside the language which format a file is read in and why, with a way to change it. */
export class FormatStatus implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly files: OpenFiles) {
    this.item = vscode.languages.createLanguageStatusItem('cfprm.format', { language: TRACE_LANGUAGE });
    this.item.name = t('CFPRM format');
    this.item.command = { command: 'cfprm.chooseFormat' satisfies CommandId, title: t('Choose format') };
    this.disposables = [
      this.item,
      vscode.window.onDidChangeActiveTextEditor(() => void this.update()),
      files.onDidChange(() => void this.update()),
    ];
    void this.update();
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async update(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const source = document && parseTraceUri(document.uri)?.source;
    if (source === undefined || document?.languageId !== TRACE_LANGUAGE) return;
    const file = await this.files.open(source);
    this.item.text = file.ok ? file.value.source.format.title : t('Format unknown');
    this.item.detail = file.ok ? file.value.source.why : file.fault.message;
    this.item.severity = file.ok
      ? vscode.LanguageStatusSeverity.Information
      : vscode.LanguageStatusSeverity.Error;
  }
}

/** Lets the user choose how a file is read, or go back to detection. */
export async function chooseFormat(files: OpenFiles, source: vscode.Uri): Promise<void> {
  const chosen = files.reading.of(source);
  const file = await files.open(source);
  const now = file.ok
    ? t('now {0}: {1}', file.value.source.format.title, file.value.source.why)
    : file.fault.message;
  const split = file.ok ? file.value.source.format.split : undefined;
  const picks = [
    {
      label: t('Detect'),
      description: chosen.format === undefined ? now : t('look at the rows'),
      id: undefined,
    },
    ...(split === undefined
      ? []
      : [{ label: SPLIT, description: splitWords(chosen.split, split), id: SPLIT }]),
    { label: t('Field mapping…'), description: t('setting cfprm.format.mapping'), id: 'generic' },
    { label: t('Formats'), kind: vscode.QuickPickItemKind.Separator, id: undefined },
    ...currentFirst(chosen.format).map(({ id, title }) => {
      return { label: title, description: chosen.format === id ? now : id, id };
    }),
  ];
  const title = t('CFPRM: Format of this file');
  const picked = await pick(picks, { title, matchOnDescription: true });
  if (picked === undefined) return;
  if (picked.id === SPLIT) return chooseSplit(files, source, split!);
  await files.chooseReading(source, { ...chosen, format: picked.id });
  if (picked.id === 'generic') {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'cfprm.format.mapping');
  }
}

/** The formats, the one that was chosen before the others. */
function currentFirst(chosen: FormatId | undefined): Format[] {
  return [...formats].sort((a, b) => Number(b.id === chosen) - Number(a.id === chosen));
}

const SPLIT = t('Steps of whole texts…');

async function chooseSplit(files: OpenFiles, source: vscode.Uri, usual: SplitRule): Promise<void> {
  const chosen = files.reading.of(source);
  const picks = [
    { label: t('As the format does it'), description: titleOf(usual), rule: undefined },
    ...SPLIT_RULES.map(({ rule, title }) => ({
      label: title,
      description: chosen.split === rule ? t('chosen now') : undefined,
      rule,
    })),
  ];
  const title = t('CFPRM: How whole texts are split into steps');
  const picked = await pick(picks, { title });
  if (picked !== undefined) await files.chooseReading(source, { ...chosen, split: picked.rule });
}

function splitWords(chosen: SplitRule | undefined, usual: SplitRule): string {
  return chosen === undefined
    ? t('as the format does it: {0}', titleOf(usual))
    : t('now {0}', titleOf(chosen));
}

function titleOf(rule: SplitRule): string {
  return SPLIT_RULES.find((known) => known.rule === rule)!.title;
}
