import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { delimiter } from 'node:path';
import { t } from '@vscode/l10n';
import { ortFault } from '../core/scores/ortFault';
import { type Scored, type ScoreFault, scoreFail } from '../core/scores/scoreFault';
import { textArguments } from '../io/texts';
import type { ChildFailure, FromChild, ToChild } from './messages';

/** Bytes of native output that are kept, the last ones. */
const KEPT = 32 * 1024;

/** How child processes are started. */
export interface ChildOptions {
  /** Path of the bundled `scorerProcess`. */
  readonly program: string;
  /** A folder of native libraries (CUDA, cuDNN) that the loader is to look through. */
  readonly libraryFolder?: string;
  /** Whether other processes come first where they want the same processors. */
  readonly inBackground?: boolean;
}

/** How a child process ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process that owns onnxruntime, seen from outside. */
export class ScorerChild {
  /** Resolves when the process is gone and all that it said was read. */
  readonly exited: Promise<ChildExit>;
  /** Gets every message that no `call` waits for. */
  onMessage: (message: FromChild) => void = () => undefined;
  private output = '';
  private gone = false;
  private waitFor: ((message: FromChild) => boolean) | undefined;

  private constructor(private readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        this.output = (this.output + text).slice(-KEPT);
      });
    }
    process.on('message', (message) => this.receive(message as FromChild));
    const ended = new Promise<ChildExit>((resolve) => {
      process.on('error', () => resolve({ code: null, signal: null }));
      process.on('close', (code, signal) => resolve({ code, signal }));
    });
    // What it said last may still be in the channel.
    const silent = new Promise<void>((resolve) => {
      process.on('error', () => resolve());
      process.on('disconnect', () => resolve());
    });
    this.exited = Promise.all([ended, silent]).then(([exit]) => exit);
    process.on('exit', () => {
      this.gone = true;
    });
  }

  static start({ program, libraryFolder, inBackground }: ChildOptions): ScorerChild {
    const child = fork(program, textArguments(), {
      // Not the owner's own: a debugger or a loader of sources is no business of the child.
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: environment(libraryFolder),
    });
    if (inBackground && child.pid !== undefined) giveWay(child.pid);
    return new ScorerChild(child);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** What the native library wrote lately. */
  get stderr(): string {
    return this.output;
  }

  /** Sends a message; one to a process that has ended is lost, as `exited` tells. */
  send(message: ToChild): void {
    if (!this.gone && this.process.connected) this.process.send(message, () => undefined);
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  /**
   * Sends a message and waits for its answer. Faults: what the child says; it ended (`child-crashed`); it took too
   * long (`timeout`). After a fault the child is gone, so that its output is complete.
   */
  async call<T extends FromChild['type']>(
    message: ToChild,
    answer: T,
    subject: string,
    timeoutMs?: number,
  ): Promise<Scored<Extract<FromChild, { type: T }>>> {
    let timer: NodeJS.Timeout | undefined;
    const received = new Promise<FromChild | 'timeout' | ChildExit>((resolve) => {
      this.waitFor = ({ type }) => type === answer || type === 'failed';
      this.onAnswer = resolve;
      void this.exited.then(resolve);
      if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs, 'timeout');
    });
    this.send(message);
    const result = await received;
    clearTimeout(timer);
    this.waitFor = undefined;
    if (typeof result === 'object' && 'type' in result && result.type === answer) {
      return { ok: true, value: result as Extract<FromChild, { type: T }> };
    }
    this.kill();
    const exit = await this.exited;
    if (result === 'timeout') {
      return scoreFail(
        'timeout',
        t('{0} did not answer within {1} s.', subject, timeoutMs! / 1000),
        this.output,
      );
    }
    const failure = 'type' in result && result.type === 'failed' ? result.failure : undefined;
    return {
      ok: false,
      fault: failure === undefined ? this.crashFault(subject, exit) : this.explain(failure),
    };
  }

  /** The fault of a process that ended by itself. */
  crashFault(subject: string, { code, signal }: ChildExit): ScoreFault {
    const words = [
      signal === null
        ? t('The process that runs {0} ended with code {1}.', subject, String(code))
        : t('The process that runs {0} was ended by {1}.', subject, signal),
    ];
    if (signal === 'SIGKILL')
      words.push(t('Perhaps there is not enough memory: take a smaller or quantized model.'));
    return scoreFail('child-crashed', words.join(' '), this.output).fault;
  }

  private onAnswer: (message: FromChild) => void = () => undefined;

  private receive(message: FromChild): void {
    if (this.waitFor?.(message)) this.onAnswer(message);
    else this.onMessage(message);
  }

  private explain({ fault, ort }: ChildFailure): ScoreFault {
    if (fault === undefined) return ortFault(ort.message, ort.stage, ort.subject, this.output);
    return this.output === '' ? fault : { detail: this.output, ...fault };
  }
}

/** Lowers a process's priority, before it starts threads, which inherit it. */
function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, as `exited` tells; or the system does not allow it, and the scores come all the same.
  }
}

/** The loader's search path has to be there before the process starts. */
function environment(libraryFolder: string | undefined): NodeJS.ProcessEnv {
  if (libraryFolder === undefined) return process.env;
  const name =
    process.platform === 'win32'
      ? 'PATH'
      : process.platform === 'darwin'
        ? 'DYLD_LIBRARY_PATH'
        : 'LD_LIBRARY_PATH';
  const old = process.env[name];
  return { ...process.env, [name]: old ? `${libraryFolder}${delimiter}${old}` : libraryFolder };
}
