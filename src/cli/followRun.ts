import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogStream } from '../core/runs/logText';
import { isRunning } from '../core/runs/state';
import type { RunRecord } from '../runner/record';
import type { Runs } from '../runner/runs';
import { LOOK_MS, refuse, runJson, runWords } from './runsSupport';
import type { Terminal } from './terminal';

/** How a log is followed. */
export interface FollowOptions {
  /** `now`: print what is there; `end`: until the run has ended. */
  readonly until: 'now' | 'end';
  /** Print the state as a JSON document at the end, in place of log and words. */
  readonly json?: boolean;
}

/** Looks that may fail one after the other before a person is told. */
const PATIENCE = 30;

/**
 * Prints a run's log while it grows. Returns the exit code: 0 printed or, until the end, finished; 1 it ended in
 * another way; 2 the host stays out of reach. An aborted signal ends the printing, not the run.
 */
export async function followLog(
  runs: Runs,
  record: RunRecord,
  { until, json }: FollowOptions,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<0 | 1 | 2> {
  const watch = runs.watch(record);
  // Characters and control sequences may be cut in two.
  const decoder = new StringDecoder('utf8');
  const log = new LogStream();
  let offset = 0;
  let failures = 0;
  while (!signal?.aborted) {
    // Looked at first: all that a run printed is in its log when it has ended.
    const view = await watch.look();
    const part = await runs.log(record, offset);
    const failure = view.ok ? part : view;
    if (!failure.ok) {
      failures += 1;
      if (until === 'now' || failures > PATIENCE) return refuse('runs', failure, terminal, 'Stopped.');
    } else if (view.ok && part.ok) {
      failures = 0;
      if (!json) terminal.out(log.push(decoder.write(part.value.text)));
      const more = part.value.next > offset;
      offset = part.value.next;
      if (until === 'now' && !more) return 0;
      if (until === 'end' && !more && !isRunning(view.value.state)) {
        const { state, words } = view.value;
        if (json) terminal.json(runJson(record, view.value));
        else terminal.err(`${record.id}: ${runWords(view.value)}${words ? `\n  ${words}` : ''}\n`);
        return state === 'finished' ? 0 : 1;
      }
      if (more) continue;
    }
    await sleep(LOOK_MS);
  }
  return 0;
}
