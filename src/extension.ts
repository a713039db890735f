import * as vscode from 'vscode';
import { errorWords } from './core/result';
import { registerCommands } from './vscode/commands';
import { createServices } from './vscode/services';

/** Registers everything; VS Code does not tell the user when an extension fails to activate, so this does. */
export function activate(context: vscode.ExtensionContext): void {
  try {
    const services = createServices(context);
    context.subscriptions.push(registerCommands(services));
  } catch (error) {
    const message = errorWords(error);
    void vscode.window.showErrorMessage(`CFPRM could not start: ${message}`);
    throw error;
  }
}
