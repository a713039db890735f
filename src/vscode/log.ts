import * as vscode from 'vscode';

/** Errors that are kept for the diagnostic report. */
const KEPT = 20;

/** The extension's log: "CFPRM" in the Output view, at the level the user chose there. */
export class Log implements vscode.Disposable {
  private readonly channel = vscode.window.createOutputChannel('CFPRM', { log: true });
  private readonly errors: string[] = [];

  /** The last errors and warnings of this session, oldest first, each with its time. */
  get lastErrors(): readonly string[] {
    return this.errors;
  }

  info(message: string): void {
    this.channel.info(message);
  }

  warn(message: string): void {
    this.channel.warn(message);
    this.keep(`warning: ${message}`);
  }

  error(message: string): void {
    this.channel.error(message);
    this.keep(`error: ${message}`);
  }

  show(): void {
    this.channel.show();
  }

  dispose(): void {
    this.channel.dispose();
  }

  private keep(entry: string): void {
    this.errors.push(`${new Date().toISOString()} ${entry}`);
    if (this.errors.length > KEPT) this.errors.shift();
  }
}
