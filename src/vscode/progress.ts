import * as vscode from 'vscode';

/** Work that takes no longer is not worth a notification; and VS Code drops the third in a second unseen. */
const MOMENT_MS = 400;

/** Tells how far work is: done and total bytes, and words if not the percentage. */
export type Report = (done: number, total: number, words?: string) => void;

/** Runs work that can be stopped; if it takes longer than a moment, under a notification with Cancel. */
export async function withCancel<T>(
  title: string,
  work: (signal: AbortSignal, report: Report) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let show: vscode.Progress<{ increment: number; message: string }> | undefined;
  let shown = 0;
  const working = work(abort.signal, (done, total, words) => {
    const percent = Math.floor((100 * done) / Math.max(1, total));
    if (percent <= shown) return;
    show?.report({ increment: percent - shown, message: words ?? `${percent} %` });
    if (show !== undefined) shown = percent;
  });
  if (await isDoneWithin(working, MOMENT_MS)) return working;
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, (progress, token) => {
    token.onCancellationRequested(() => abort.abort());
    show = progress;
    return working;
  });
}

function isDoneWithin(working: Promise<unknown>, limitMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    working.then(() => resolve(true), reject).finally(() => clearTimeout(timer));
  });
}
