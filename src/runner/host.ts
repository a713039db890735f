import { t } from '@vscode/l10n';
import { type Failure, fail, ok, type Result } from '../core/result';

/** What a script did on a host. */
export interface Ran {
  /** Exit code of the script. */
  readonly code: number;
  readonly stdout: Buffer;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
}

/** How a script is run. */
export interface RunOptions {
  /** What the script reads on its standard input; pieces are taken as fast as they are read. */
  readonly input?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Bytes of standard output that are taken; `LIMIT` if absent. A script that prints more is ended (`TooLong`). */
  readonly limit?: number;
  /** Gets standard output while it comes; it is then not collected. */
  onOutput?(bytes: Buffer): void | Promise<void>;
  /** Environment variables of the script, by name; they travel through its standard input and nowhere else. */
  readonly secrets?: ReadonlyMap<string, string>;
}

/**
 * A machine on which scripts of the POSIX shell run and files lie: this one, or another through SSH. Everything else
 * (putting, reading and fetching files, starting runs) is made of scripts, so that it is the same everywhere.
 */
export interface Host {
  /** What a person calls the machine. */
  readonly name: string;
  /** True if its files are this machine's own. */
  readonly isLocal: boolean;
  /**
   * Runs a script to its end. A script that fails is no fault, but an answer; faults: the machine cannot be reached
   * or the connection broke (`Unreachable`), it printed more than the limit (`TooLong`), and `CANCELLED` when the
   * signal was aborted.
   */
  run(script: string, options?: RunOptions): Promise<Result<Ran>>;
  /** Lets go of what the host keeps open. */
  close(): Promise<void>;
}

/** Bytes that a script may print unless more are asked for: answers are a few lines, and a host may be broken. */
export const LIMIT = 16 * 1024 * 1024;

/** The fault of a script that prints without end. */
export interface TooLong {
  readonly message: string;
  readonly tooLong: true;
}

/** True if a script was ended because it printed more than it may. */
export function isTooLong(failure: Failure): boolean {
  return 'tooLong' in failure.fault;
}

/** The fault of a machine that cannot be reached: what is done there goes on all the same. */
export interface Unreachable {
  readonly message: string;
  readonly unreachable: true;
}

/** Makes the fault of a machine that cannot be reached. */
export function unreachable(message: string): Failure {
  const fault: Unreachable = { message, unreachable: true };
  return { ok: false, fault };
}

/** True if the machine could not be reached, so that the same may be tried again. */
export function isUnreachable(failure: Failure): boolean {
  return 'unreachable' in failure.fault;
}

/** Standard output of a script that must succeed; `task` begins the fault's sentence, as in "The upload". */
export async function output(
  host: Host,
  script: string,
  task: string,
  options: RunOptions = {},
): Promise<Result<string>> {
  const ran = await host.run(script, options);
  if (!ran.ok) return ran;
  if (ran.value.code !== 0) return scriptFault(host, ran.value, task);
  return ok(ran.value.stdout.toString('utf8'));
}

/** Turns a script's failure into a fault that names the machine and the way out. */
export function scriptFault({ name }: Host, { code, stderr }: Ran, task: string): Failure {
  const said = telling(stderr);
  if (/No space left on device|Disk quota exceeded/u.test(stderr)) {
    return fail(
      t(
        '{0} failed: the disk of {1} is full. Free some space there ("cfprm runs remove" deletes old runs), or give the profile a "folder" on another disk. What was sent stays and is not sent again.',
        task,
        name,
      ),
    );
  }
  if (/Permission denied|Read-only file system/u.test(stderr)) {
    return fail(
      t(
        '{0} failed: {1} does not let you write there ({2}). Give the profile another "folder".',
        task,
        name,
        said,
      ),
    );
  }
  return fail(
    said === ''
      ? t('{0} failed on {1} with code {2}.', task, name, code)
      : t('{0} failed on {1} with code {2}: {3}', task, name, code, said),
  );
}

/** The lines of standard error that tell most: those that call themselves errors, else the last ones. */
function telling(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const errors = lines.filter((line) => /^\s*(?:\w+: )?error:/iu.test(line));
  return (errors.length > 0 ? errors.slice(0, 5) : lines.slice(-5)).map((line) => line.trim()).join('\n');
}
