import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { CommandId } from '../commandIds';
import { TRACE_LANGUAGE } from './address';
import type { TraceNavigation } from './navigation';

/** The command behind the links of a hover: puts the cursor on a line of the trace view, and does what is asked there. */
const AT_LINE = 'cfprm.atLine';

/** What a hover offers for its step. The list is all that its links can run. */
const ACTIONS: readonly (readonly [title: string, command: CommandId])[] = [
  [t('Correct'), 'cfprm.labelCorrect'],
  [t('Neutral'), 'cfprm.labelNeutral'],
  [t('Incorrect'), 'cfprm.labelIncorrect'],
  [t('First error'), 'cfprm.markFirstError'],
  [t('Score trajectory'), 'cfprm.scoreTrajectory'],
  [t('Show in source'), 'cfprm.revealInSource'],
  [t('Copy step'), 'cfprm.copyStep'],
];

/** The actions of a step as a line of links: the only part of a hover that can run anything. */
export function actionLinks(document: vscode.Uri, line: number): vscode.MarkdownString {
  const links = ACTIONS.map(([title, command]) => {
    const given = encodeURIComponent(JSON.stringify([document.toString(), line, command]));
    return `[${title}](command:${AT_LINE}?${given})`;
  });
  const text = new vscode.MarkdownString(links.join(' · '));
  text.isTrusted = { enabledCommands: [AT_LINE] };
  return text;
}

/** Makes the links of hovers work: the mouse is seldom where the cursor is. */
export function registerHoverActions(navigation: TraceNavigation): vscode.Disposable {
  return vscode.commands.registerCommand(AT_LINE, async (uri: unknown, line: unknown, command: unknown) => {
    const known = ACTIONS.find(([, id]) => id === command);
    const editor = vscode.window.visibleTextEditors.find(
      ({ document }) => document.languageId === TRACE_LANGUAGE && document.uri.toString() === uri,
    );
    if (known === undefined || typeof line !== 'number' || editor === undefined) return;
    await vscode.window.showTextDocument(editor.document, { viewColumn: editor.viewColumn });
    navigation.cursor.moveTo(editor, line);
    await vscode.commands.executeCommand(known[1]);
  });
}
