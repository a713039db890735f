import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result';
import { CANCELLED } from '../../io/rowStream';
import type { RunRecord } from '../../runner/record';
import { tensorBoardProgram } from '../../runner/tensorBoard';
import { withCancel } from '../progress';
import type { Services } from '../services';
import { valueOrTell } from '../trace/navigation';

/** How long TensorBoard may take to start; it imports a good deal. */
const PATIENCE_MS = 90_000;
const ANSWER_MS = 5000;

/** Terminals in which a run's TensorBoard is, with its port, by the run's id. */
const open = new Map<string, { readonly terminal: vscode.Terminal; readonly port: number }>();

/** Starts a run's TensorBoard in a terminal, where it can be seen and ended, and opens its address in a browser. */
export async function openTensorBoard({ runs }: Services, record: RunRecord): Promise<void> {
  const known = open.get(record.id);
  const started =
    known?.terminal.exitStatus === undefined && known !== undefined
      ? known
      : await start(runs.runs.place(record));
  open.set(record.id, started);
  const waiting = await withCancel(t('CFPRM: starting TensorBoard for {0}', record.name), (signal) =>
    answers(started, signal),
  );
  if (!waiting.ok && waiting.fault.message === CANCELLED) return;
  if (valueOrTell(waiting) === undefined) return;
  const address = vscode.Uri.parse(`http://127.0.0.1:${started.port}/`);
  await vscode.env.openExternal(await vscode.env.asExternalUri(address));
}

async function start(run: Parameters<typeof tensorBoardProgram>[0]) {
  const [port, there] = [await freePort(), await freePort()];
  const { program, args } = tensorBoardProgram(run, { here: port, there });
  const terminal = vscode.window.createTerminal({
    name: `TensorBoard: ${run.record.name}`,
    shellPath: program,
    shellArgs: [...args],
    iconPath: new vscode.ThemeIcon('graph-line'),
  });
  terminal.show(true);
  return { terminal, port };
}

async function answers(
  { terminal, port }: { readonly terminal: vscode.Terminal; readonly port: number },
  signal: AbortSignal,
): Promise<Result<true>> {
  const end = Date.now() + PATIENCE_MS;
  while (!signal.aborted) {
    if (await isOpen(port)) return ok(true);
    if (terminal.exitStatus !== undefined || Date.now() > end)
      return fail(t('TensorBoard did not start: its terminal says why. It is installed with the runner.'));
    await sleep(300);
  }
  return fail(CANCELLED);
}

/** True if it answers as a web server: a forwarded port takes connections before anybody is behind it. */
async function isOpen(port: number): Promise<boolean> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = await fetch(`http://127.0.0.1:${port}/`, { signal }).catch(() => undefined);
  return answer?.ok === true;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
