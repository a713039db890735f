import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { t } from '@vscode/l10n';
import { errorWords, type Failure, fail, ok, type Result } from '../core/result';
import { CANCELLED } from '../io/rowStream';
import { LIMIT, type Ran, type RunOptions, type TooLong } from './host';
import { quote } from './quote';

/** The exit code of a shell that a signal ended: of SSH's own program it is that of a broken connection. */
const KILLED = 255;

/** What a script prints first: start-up files of the login shell may have printed before it. */
const MARKER = Buffer.from('\u0001cfprm\u0001\n');

/** Bytes of standard error that are kept, the last ones. */
const KEPT = 32 * 1024;

/** Bytes that may come before the marker, and on standard error. */
const BANNER = 1024 * 1024;
const ERRORS = 16 * 1024 * 1024;

/** Milliseconds that a program has between the request to end and its end. */
const GRACE_MS = 2000;

/** More came than may come. */
class Flood extends Error {}

/**
 * Runs a program whose standard input is a shell script's, with the script's secrets before its own input. Faults:
 * there is no such program; it printed more than the limit; the signal was aborted.
 */
export async function runShell(argv: readonly string[], options: RunOptions): Promise<Result<Ran>> {
  const { signal } = options;
  if (signal?.aborted) return fail(CANCELLED);
  const [program, ...args] = argv;
  const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  const ended = new Promise<Result<number>>((resolve) => {
    child.on('error', (error) =>
      resolve(fail(t('{0} cannot be started: {1}.', program!, errorWords(error)))),
    );
    child.on('close', (code) => resolve(ok(code ?? KILLED)));
  });
  const end = (): void => {
    child.kill('SIGTERM');
    // Programs that it started may hold on to its ends of the pipes.
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  signal?.addEventListener('abort', end, { once: true });
  let trouble: unknown;
  let stderr = '';
  let errors = 0;
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT);
    errors += text.length;
    if (errors <= ERRORS) return;
    trouble ??= new Flood();
    end();
  });
  const sent = send(child.stdin, options);
  const pieces: Buffer[] = [];
  let room = options.limit ?? LIMIT;
  try {
    for await (const piece of behindMarker(child.stdout as AsyncIterable<Buffer>)) {
      room -= piece.length;
      if (room < 0) throw new Flood();
      if (options.onOutput === undefined) pieces.push(piece);
      else await options.onOutput(piece);
    }
  } catch (error) {
    trouble ??= error;
    end();
  }
  const code = await ended;
  signal?.removeEventListener('abort', end);
  const inputTrouble = await sent;
  if (signal?.aborted) return fail(CANCELLED);
  if (!code.ok) return code;
  if (trouble instanceof Flood) return tooLong();
  if (trouble !== undefined) throw trouble;
  if (inputTrouble !== undefined) throw inputTrouble;
  return ok({ code: code.value, stdout: Buffer.concat(pieces), stderr });
}

function tooLong(): Failure {
  const message = t(
    'The host prints without end where a few lines were expected, and was cut off. Look at what its shell prints when it starts ("ssh HOST true"), and at the files in the folder of the run.',
  );
  const fault: TooLong = { message, tooLong: true };
  return { ok: false, fault };
}

async function* behindMarker(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of stream) {
    if (head === undefined) {
      yield piece;
      continue;
    }
    head = Buffer.concat([head, piece]);
    const at = head.indexOf(MARKER);
    if (at < 0 && head.length > BANNER) throw new Flood();
    if (at < 0) continue;
    yield head.subarray(at + MARKER.length);
    head = undefined;
  }
}

/** Writes the input; what is returned is an error of the input's source, not of a reader that has gone. */
async function send(stdin: Writable, { input, secrets }: RunOptions): Promise<unknown> {
  let trouble: unknown;
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      for (const value of secrets?.values() ?? []) yield Buffer.from(`${value}\n`);
      yield* input ?? [];
    } catch (error) {
      trouble = error;
    }
  }
  try {
    await pipeline(all(), stdin);
  } catch {
    // The script did not want to read it all; how it ended says why.
  }
  return trouble;
}

/** The script with the reading of its secrets before it, as one word that every login shell leaves alone. */
export function wrapped(script: string, secrets: ReadonlyMap<string, string> | undefined): string {
  const names = [...(secrets?.keys() ?? [])];
  const reading = names.map((name) => `IFS= read -r ${name}; export ${name}\n`).join('');
  return Buffer.from(`printf '\\001cfprm\\001\\n'\n${reading}${script}`, 'utf8').toString('base64');
}

/** The words that make a POSIX shell run `wrapped` text; csh and fish pass them on as they are. */
export function unwrapping(text: string): string {
  return `sh -c ${quote(`eval "$(printf %s ${text} | base64 -d)"`)}`;
}
