import { type Terminal, terminalOn } from '../../src/cli/terminal';

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
  const terminal = terminalOn({
    input: (async function* () {
      yield* input;
    })(),
    writeOut: (text) => {
      out += text;
    },
    writeErr: (text) => {
      err += text;
    },
    interactive: false,
  });
  const code = await command(terminal);
  return { code, out, err };
}
