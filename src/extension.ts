import { t } from '@vscode/l10n';
// Before everything that makes a text.
import './vscode/l10n';
import * as vscode from 'vscode';
import { errorWords } from './core/result';
import { registerCommands } from './vscode/commands';
import { createServices, type Services } from './vscode/services';

let services: Services | undefined;

/** Registers everything; VS Code does not tell the user when an extension fails to activate, so this does. */
export function activate(context: vscode.ExtensionContext): void {
  try {
    services = createServices(context);
    context.subscriptions.push(registerCommands(services));
  } catch (error) {
    const message = errorWords(error);
    void vscode.window.showErrorMessage(t('CFPRM could not start: {0}', message));
    throw error;
  }
}

/** Waits until scores that came last are written. */
export async function deactivate(): Promise<void> {
  await services?.scores.close();
}
