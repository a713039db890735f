import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work before the event loop gets its turn. */
const SLICE_MS = 8;

/**
 * Does work that says by `yield` where it may be put off, and lets the extension host do other things every few
 * milliseconds, so that typing and scrolling do not wait for it. Gives what the work returns.
 */
export async function inSlices<T>(work: Iterator<unknown, T>): Promise<T> {
  let end = performance.now() + SLICE_MS;
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
    if (performance.now() > end) {
      await setImmediate();
      end = performance.now() + SLICE_MS;
    }
  }
}
