import type { Terminal } from '../../src/cli/terminal';

/** What a command printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, with these pieces on its standard input and nobody who looks at its progress. */
export async function printed(
  command: (terminal: Terminal) => Promise<number>,
  input: readonly Uint8Array[] = [],
): Promise<Printed> {
  let out = '';
  let err = '';
  const code = await command({
    input: (async function* () {
      yield* input;
    })(),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
  });
  return { code, out, err };
}
