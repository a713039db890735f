import { jsonText, terminalText } from '../core/safeText';

/** Where a command reads and writes. Whatever it writes is shown as text: nothing in it can command a terminal. */
export interface Terminal {
  readonly input: AsyncIterable<Uint8Array>;
  /** Text for a person, on standard output. */
  out(text: string): void;
  /** Text for a person, on standard error. */
  err(text: string): void;
  /** One JSON document, on standard output. */
  json(document: unknown): void;
  /** Draws a word over the last one, on standard error; an empty one erases it. */
  draw(word: string): void;
  /** True if somebody looks at standard error, so that progress may be drawn there. */
  readonly interactive: boolean;
}

/** Where the bytes of a terminal come from and go to. */
export interface Streams {
  readonly input: AsyncIterable<Uint8Array>;
  readonly interactive: boolean;
  writeOut(text: string): void;
  writeErr(text: string): void;
}

/** A terminal on these streams. */
export function terminalOn({ input, interactive, writeOut, writeErr }: Streams): Terminal {
  let drawn = 0;
  return {
    input,
    interactive,
    out: (text) => writeOut(terminalText(text)),
    err: (text) => writeErr(terminalText(text)),
    json: (document) => writeOut(`${jsonText(document)}\n`),
    draw(word) {
      const shown = terminalText(word);
      writeErr(`\r${' '.repeat(drawn)}\r${shown}`);
      drawn = shown.length;
    },
  };
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return terminalOn({
    input: process.stdin,
    interactive: process.stderr.isTTY === true,
    writeOut: (text) => process.stdout.write(text),
    writeErr: (text) => process.stderr.write(text),
  });
}

/** A signal that Ctrl-C and its like abort; `release` gives them their usual meaning back. */
export function stopSignal(): { readonly signal: AbortSignal; release(): void } {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, abort);
  return {
    signal: stop.signal,
    release() {
      for (const signal of signals) process.off(signal, abort);
    },
  };
}

/** A percentage on standard error, if somebody looks at it. */
export class Progress {
  private shown = -1;

  constructor(private readonly terminal: Terminal) {}

  show(doneBytes: number, totalBytes: number): void {
    const percent = totalBytes > 0 ? Math.floor((100 * doneBytes) / totalBytes) : 100;
    if (!this.terminal.interactive || percent === this.shown) return;
    this.shown = percent;
    this.terminal.draw(`${Math.min(100, percent)} %`);
  }

  clear(): void {
    if (this.shown >= 0) this.terminal.draw('');
  }
}
