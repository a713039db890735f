/** Where a command reads and writes. */
export interface Terminal {
  readonly input: AsyncIterable<Uint8Array>;
  out(text: string): void;
  err(text: string): void;
  /** True if somebody looks at standard error, so that progress may be drawn there. */
  readonly interactive: boolean;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    input: process.stdin,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
  };
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
    this.terminal.err(`\r${Math.min(100, percent)} %`);
  }

  clear(): void {
    if (this.shown >= 0) this.terminal.err('\r      \r');
  }
}
