import { Script } from 'node:vm';

/** What is run next; a script of `vm` gets at it through the global object alone. */
const WORK = Symbol.for('cfprm.limitedWork');
const script = new Script(`globalThis[Symbol.for('cfprm.limitedWork')]()`);

/**
 * Runs work that does not wait for anything and returns what it gives; undefined if it took longer than `ms`
 * milliseconds, in which case it was broken off where it was. That ends loops of templates and regular expressions that
 * backtrack for ever; calls of native libraries it does not end.
 */
export function withinTime<T extends object>(ms: number, work: () => T): T | undefined {
  const place = globalThis as { [WORK]?: () => T };
  place[WORK] = work;
  try {
    return script.runInThisContext({ timeout: ms }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  } finally {
    delete place[WORK];
  }
}
