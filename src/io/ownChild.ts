import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { t } from '@vscode/l10n';
import { textArguments } from './texts';

/** The variable of a child's environment that says which process owns it, for `./endWithOwner`. */
export const OWNER = 'CFPRM_OWNER';

/** Characters of its output that are kept, the last ones. */
const KEPT = 32 * 1024;

/** How a child process is started. */
export interface ProcessOptions {
  /** Its environment, if not the owner's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Whether other processes come first where they want the same processors. */
  readonly inBackground?: boolean;
}

/** How a child process ended; `error` if it could not be started. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: string;
}

/** A bundled program of this project in a process of its own, seen from outside: it gets `To` and says `From`. */
export class OwnChild<To extends object, From> {
  /** Resolves when the process is gone and all that it said was read. */
  readonly exited: Promise<ChildExit>;
  onMessage: (message: From) => void = () => undefined;
  private readonly process: ChildProcess;
  private said = '';
  private gone = false;

  /** @param program path of the bundle */
  constructor(program: string, { env = process.env, inBackground = false }: ProcessOptions = {}) {
    const child = fork(program, textArguments(), {
      // Not the owner's own: a debugger or a loader of sources is no business of the child.
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...env, [OWNER]: String(process.pid) },
    });
    if (inBackground && child.pid !== undefined) giveWay(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said = (this.said + text).slice(-KEPT);
      });
    }
    child.on('message', (message) => this.onMessage(message as From));
    child.on('exit', () => {
      this.gone = true;
    });
    this.process = child;
    this.exited = endOf(child);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** What it wrote lately to its standard output and error, native libraries included. */
  get output(): string {
    return this.said;
  }

  /** Sends a message; one to a process that has ended is lost, as `exited` tells. */
  send(message: To): void {
    if (!this.gone && this.process.connected) this.process.send(message, () => undefined);
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }
}

/** How a child process ended, in words: the signal or the code. */
export function exitWords({ code, signal, error }: ChildExit): string {
  return error ?? signal ?? t('code {0}', String(code));
}

async function endOf(child: ChildProcess): Promise<ChildExit> {
  const ended = new Promise<ChildExit>((resolve) => {
    child.on('error', ({ message }) => resolve({ code: null, signal: null, error: message }));
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  // What it said last may still be in the channel.
  const silent = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('disconnect', () => resolve());
  });
  const [exit] = await Promise.all([ended, silent]);
  return exit;
}

/** Lowers a process's priority, before it starts threads, which inherit it. */
function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, as `exited` tells; or the system does not allow it, and the work is done all the same.
  }
}
