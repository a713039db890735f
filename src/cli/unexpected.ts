import { writeSync } from 'node:fs';
import { terminalText } from '../core/safeText';

/**
 * Ends the process in order when something happens that no command expects: one sentence on standard error and exit
 * code 2, for 1 means "done, with findings". A reader of standard output that has seen enough (`| head`) is not an
 * error.
 */
export function endInOrder(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    end(`cannot write to standard output (${error.message}). Free some space, or write to another place.`);
  });
  // Where nobody reads what went wrong, the exit code has to do.
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', (error) => end(lastWords(error)));
}

/** What is said of an error that nobody caught. */
export function lastWords(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  if (/Invalid string length|Cannot create a string longer/u.test(words)) {
    return 'the result is larger than a text can be (about 500 MB). Use fewer rows, or leave out --json.';
  }
  if (/Maximum call stack|allocation failed|out of memory/iu.test(words)) {
    return `the data needs more memory than there is (${words}). Use fewer or smaller rows.`;
  }
  return `unexpected error: ${words}. Report it with the command and, if you can, the file.`;
}

function end(message: string): never {
  try {
    writeSync(2, terminalText(`cfprm: ${message}\n`));
  } finally {
    process.exit(2);
  }
}
