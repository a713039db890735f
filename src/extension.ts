import * as vscode from 'vscode';
import { registerCommands } from './vscode/commands';
import { createServices } from './vscode/services';

/** Registers everything; VS Code does not tell the user when an extension fails to activate, so this does. */
export function activate(context: vscode.ExtensionContext): void {
  try {
    const services = createServices(context);
    context.subscriptions.push(registerCommands(services));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`CFPRM could not start: ${message}`);
    throw error;
  }
}
