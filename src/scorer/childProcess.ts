import { delimiter } from 'node:path';
import { t } from '@vscode/l10n';
import { ortFault } from '../core/scores/ortFault';
import { type Scored, type ScoreFault, scoreFail } from '../core/scores/scoreFault';
import { type ChildExit, OwnChild } from '../io/ownChild';
import type { ChildFailure, FromChild, ToChild } from './messages';

/** How child processes are started. */
export interface ChildOptions {
  /** Path of the bundled `scorerProcess`. */
  readonly program: string;
  /** A folder of native libraries (CUDA, cuDNN) that the loader is to look through. */
  readonly libraryFolder?: string;
  /** Whether other processes come first where they want the same processors. */
  readonly inBackground?: boolean;
}

/** A child process that owns onnxruntime, seen from outside. */
export class ScorerChild {
  /** Resolves when the process is gone and all that it said was read. */
  readonly exited: Promise<ChildExit>;
  /** Gets every message that no `call` waits for. */
  onMessage: (message: FromChild) => void = () => undefined;
  private waitFor: ((message: FromChild) => boolean) | undefined;

  private constructor(private readonly process: OwnChild<ToChild, FromChild>) {
    this.exited = process.exited;
    process.onMessage = (message) => this.receive(message);
  }

  static start({ program, libraryFolder, inBackground }: ChildOptions): ScorerChild {
    return new ScorerChild(new OwnChild(program, { env: environment(libraryFolder), inBackground }));
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** What the native library wrote lately. */
  get stderr(): string {
    return this.process.output;
  }

  /** Sends a message; one to a process that has ended is lost, as `exited` tells. */
  send(message: ToChild): void {
    this.process.send(message);
  }

  kill(): void {
    this.process.kill();
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
        this.stderr,
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
    return scoreFail('child-crashed', words.join(' '), this.stderr).fault;
  }

  private onAnswer: (message: FromChild) => void = () => undefined;

  private receive(message: FromChild): void {
    if (this.waitFor?.(message)) this.onAnswer(message);
    else this.onMessage(message);
  }

  private explain({ fault, ort }: ChildFailure): ScoreFault {
    if (fault === undefined) return ortFault(ort.message, ort.stage, ort.subject, this.stderr);
    return this.stderr === '' ? fault : { detail: this.stderr, ...fault };
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
