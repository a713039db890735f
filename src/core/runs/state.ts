import { t } from '@vscode/l10n';
/** What a run is doing. `lost`: it should be running, and nothing is heard of it. */
export type RunState = 'queued' | 'running' | 'checkpointing' | 'finished' | 'failed' | 'stopped' | 'lost';

/** True in the states of a run that has not ended. */
export function isRunning(state: RunState): boolean {
  return state === 'queued' || state === 'running' || state === 'checkpointing';
}

/** What the runner says of itself in `status.json`; see docs/training.md. */
export interface RunStatus {
  readonly state: string;
  readonly step: number;
  readonly total: number | null;
  /** Milliseconds since 1970 by the clock of the machine that trains. */
  readonly heartbeat: number;
  readonly checkpoint: number | null;
  readonly error: string | null;
}

/**
 * What the one who starts runs says of it: not started yet (`never`), waiting, at work, over (`gone`, with what it
 * knows of the end), or nothing (`unknown`: it does not answer).
 */
export type LauncherWord =
  | { readonly is: 'never' }
  | { readonly is: 'waiting'; readonly words?: string }
  | { readonly is: 'alive'; readonly words?: string }
  | { readonly is: 'gone'; readonly end?: 'done' | 'failed' | 'cancelled'; readonly words?: string }
  | { readonly is: 'unknown'; readonly words: string };

/** Everything that one look at a run found. Times are in milliseconds since 1970 by the host's clock. */
export interface RunEvidence {
  /** The word of process table, Slurm or Ray. */
  readonly word: LauncherWord;
  readonly status?: RunStatus;
  /** What the runner wrote last, when it ended. */
  readonly exitCode?: number;
  /** How the program ended, by the shell that started it: above 128 a signal ended it. */
  readonly endedWith?: number;
  readonly now: number;
  /** When `status.json` was last replaced, by the file system's clock. */
  readonly statusChanged?: number;
  /** True if the heartbeat is another one than at the look before this one: then no clock matters. */
  readonly beats?: boolean;
  /** True if somebody asked the run to stop. */
  readonly stopRequested: boolean;
  /** What became of the export of the trained model; absent if none was asked for. */
  readonly export?: ExportEvidence;
}

/** What is known of a run's export. */
export interface ExportEvidence {
  /** True if the exported model is there. */
  readonly made: boolean;
  /** How the export ended (exit code of its program), if it did not make the model. */
  readonly endedWith?: number;
  /** The last line that it printed. */
  readonly said?: string;
}

/** A state, and a sentence for a person where the state alone does not say what to do. */
export interface Verdict {
  readonly state: RunState;
  readonly words?: string;
  /** True if the runner refused its options or its data. */
  readonly isRefused?: boolean;
}

/** Exit codes of the runner. */
const EXIT = { done: 0, refused: 2, stopped: 75 } as const;

/** What a launch script ends with when the run's secrets did not come. */
export const NO_SECRETS = 78;

/** Silence after which a run of which nobody knows counts as lost. The runner's heart beats every 5 s. */
export const LOST_AFTER_MS = 60_000;

const GO_ON = t('"cfprm runs resume" goes on from the last checkpoint.');

/**
 * Weighs what is known of a run. What has ended by the runner's own word has ended; then the word of process table
 * or scheduler counts, and only where that has none, the heartbeat.
 */
export function judgeRun(evidence: RunEvidence): Verdict {
  const { word, exitCode, status } = evidence;
  if (exitCode === EXIT.done) return trained(evidence);
  if (exitCode === EXIT.stopped)
    return { state: 'stopped', words: t('Stopped with a checkpoint. {0}', GO_ON) };
  if (exitCode !== undefined) {
    const why = status?.error ?? t('The runner ended with code {0}; its log says why.', exitCode);
    return { state: 'failed', words: why, ...(exitCode === EXIT.refused && { isRefused: true }) };
  }
  switch (word.is) {
    case 'never':
      return { state: 'failed', words: t('It was sent, but not started. "cfprm runs resume" starts it.') };
    case 'waiting':
      return { state: 'queued', ...(word.words && { words: word.words }) };
    case 'alive':
      return { state: livingState(status), ...(word.words && { words: word.words }) };
    case 'gone':
      return endWithoutWord(evidence, word);
    case 'unknown':
      return silence(evidence, word.words);
  }
}

/** The weights are safe from here on: whatever becomes of the export, the run has finished. */
function trained({ word, export: exported }: RunEvidence): Verdict {
  if (exported === undefined || (exported.made && (exported.endedWith !== undefined || word.is !== 'alive')))
    return { state: 'finished' };
  const again = t('The model is trained and kept in output/model; "cfprm runs resume" exports it again.');
  const { endedWith, said } = exported;
  if (endedWith !== undefined) {
    const how =
      endedWith > 128 ? t('it was ended by signal {0}.', endedWith - 128) : (said ?? t('see the log.'));
    return { state: 'finished', words: t('The export failed: {0} {1}', how, again) };
  }
  switch (word.is) {
    case 'alive':
    case 'waiting':
      return { state: 'running', words: t('The model is trained; it is being exported to ONNX.') };
    case 'unknown':
      return { state: 'running', words: t('{0} The model is trained; its export was begun.', word.words) };
    case 'never':
    case 'gone':
      return { state: 'finished', words: t('The export broke off. {0}', again) };
  }
}

function livingState(status: RunStatus | undefined): RunState {
  return status?.state === 'checkpointing'
    ? 'checkpointing'
    : status?.state === 'queued'
      ? 'queued'
      : 'running';
}

function endWithoutWord(
  { endedWith, stopRequested, status }: RunEvidence,
  { end, words }: Extract<LauncherWord, { is: 'gone' }>,
): Verdict {
  const detail = words === undefined ? '' : ` (${words})`;
  if (end === 'cancelled') {
    return {
      state: 'stopped',
      words: t('Cancelled{0} before it could write a checkpoint. {1}', detail, GO_ON),
    };
  }
  if (endedWith !== undefined) {
    if (stopRequested && endedWith > 128) {
      return {
        state: 'stopped',
        words: t('Ended by force{0}, without a new checkpoint. {1}', detail, GO_ON),
      };
    }
    if (endedWith === EXIT.refused)
      return {
        state: 'failed',
        words: t('The runner refused its options; the end of its log names them. Edit them and run again.'),
        isRefused: true,
      };
    return { state: 'failed', words: `${endWords(endedWith)}${detail} ${GO_ON}` };
  }
  if (end !== undefined) {
    const how = words ?? t('The scheduler says that it ended');
    return { state: 'failed', words: t('{0}; the runner wrote nothing of its end. {1}', how, GO_ON) };
  }
  if (stopRequested)
    return { state: 'stopped', words: t('Ended by force, without a new checkpoint. {0}', GO_ON) };
  return {
    state: 'lost',
    words:
      status === undefined
        ? t(
            'It is gone before it wrote anything and nothing says how: the machine was restarted, or everything was killed. {0}',
            GO_ON,
          )
        : t(
            'It is gone at step {0} and nothing says how: the machine was restarted, or everything was killed. {1}',
            status.step,
            GO_ON,
          ),
  };
}

function endWords(code: number): string {
  if (code === 137) {
    return t('The runner was killed (signal 9): by a person, or because memory ran out.');
  }
  if (code === NO_SECRETS) {
    return t(
      'Its secrets did not reach it. On Ray, the profile\'s "host" must be the machine on which Ray runs the entry of jobs (its head); under Slurm, the login node was restarted, or the job was started again by Slurm itself.',
    );
  }
  if (code > 128) return t('The runner was ended by signal {0}.', code - 128);
  return t('The runner ended with code {0} before it could say why; its log tells more.', code);
}

function silence(evidence: RunEvidence, words: string): Verdict {
  const { status, now, statusChanged, beats } = evidence;
  if (status === undefined)
    return { state: 'lost', words: t('{0} Nothing was heard of the run so far.', words) };
  const changed = statusChanged ?? status.heartbeat;
  const silent = now - changed;
  if (beats === true || silent < LOST_AFTER_MS) return { state: livingState(status), words };
  const minutes = Math.round(silent / 60_000);
  return { state: 'lost', words: t('{0} No heartbeat for {1} min. {2}', words, minutes, GO_ON) };
}

/** Letters of a message that are shown. */
const MESSAGE_LETTERS = 4000;

/** Reads `status.json`; undefined if it is none. */
export function parseStatus(text: string): RunStatus | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { state, step, total, heartbeat, checkpoint, error } = value as Record<string, unknown>;
  if (typeof state !== 'string') return undefined;
  const message =
    typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : null;
  return {
    state,
    step: typeof step === 'number' ? step : 0,
    total: typeof total === 'number' ? total : null,
    heartbeat: typeof heartbeat === 'string' ? Date.parse(heartbeat) : Number.NaN,
    checkpoint: typeof checkpoint === 'number' ? checkpoint : null,
    error: typeof message === 'string' ? message.slice(0, MESSAGE_LETTERS) : null,
  };
}
