import * as vscode from 'vscode';

/** How a command answered a person: by which function of `vscode.window`, and the words. */
export interface Answer {
  readonly by: string;
  readonly words: string;
}

/** Answers that nobody picks anything of: they are left, as with Escape. */
const LEFT = [
  'showInformationMessage',
  'showWarningMessage',
  'showErrorMessage',
  'showQuickPick',
  'showInputBox',
  'showOpenDialog',
  'showSaveDialog',
] as const;
/** Answers that go on to do what they do. */
const DONE = ['createQuickPick', 'showTextDocument', 'setStatusBarMessage'] as const;

/** Watches how commands answer, while it is on. */
export class Answers {
  readonly seen: Answer[] = [];
  /** Promises that failed with nobody looking. */
  readonly unhandled: string[] = [];
  private readonly originals = new Map<string, unknown>();
  private readonly window = vscode.window as unknown as Record<string, (...args: unknown[]) => unknown>;
  private readonly onUnhandled = (reason: unknown): void => {
    this.unhandled.push(String(reason));
  };

  start(): void {
    for (const name of LEFT) this.replace(name, () => Promise.resolve(undefined));
    for (const name of DONE) {
      const original = this.window[name]!;
      this.replace(name, (...args) => original.apply(vscode.window, args));
    }
    process.on('unhandledRejection', this.onUnhandled);
  }

  stop(): void {
    for (const [name, original] of this.originals) this.window[name] = original as never;
    process.off('unhandledRejection', this.onUnhandled);
  }

  /** Forgets what was seen. */
  clear(): void {
    this.seen.length = 0;
    this.unhandled.length = 0;
  }

  private replace(name: string, instead: (...args: unknown[]) => unknown): void {
    this.originals.set(name, this.window[name]);
    this.window[name] = (...args) => {
      this.seen.push({ by: name, words: wordsOf(name, args) });
      return instead(...args);
    };
  }
}

function wordsOf(name: string, args: readonly unknown[]): string {
  const text = args.find((arg) => typeof arg === 'string');
  const options = args.find((arg) => typeof (arg as { title?: unknown } | null)?.title === 'string');
  if (name === 'showQuickPick' || text === undefined)
    return String((options as { title?: string })?.title ?? '');
  return String(text);
}
