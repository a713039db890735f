import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../core/result';
import { CANCELLED } from '../io/rowStream';
import type { RunView } from '../runner/look';
import type { RunRecord } from '../runner/record';
import { Runs } from '../runner/runs';
import type { Terminal } from './terminal';

/** Milliseconds between two looks at a run. */
export const LOOK_MS = 1000;

/** The runs of this machine, with the runner that lies beside this program. */
export function openRuns(): Runs {
  return new Runs(process.env.CFPRM_RUNNER ?? bundledRunner());
}

/** `runner/` beside the folder of this program, as in the package and in a clone. */
function bundledRunner(): string {
  const [packaged, sources] = [join(__dirname, '../runner'), join(__dirname, '../../runner')];
  return existsSync(join(sources, 'pyproject.toml')) && !existsSync(packaged) ? sources : packaged;
}

/** What `--json` says of a run. */
export function runJson(record: RunRecord, view: RunView | undefined, fault?: Failure): object {
  const { id, name, created, profileName, profile } = record;
  const last = view?.metrics.last;
  return {
    id,
    name,
    created,
    profile: profileName,
    kind: profile.kind,
    folder: `${profile.folder.replace(/\/+$/u, '')}/runs/${id}`,
    state: view?.state ?? null,
    ...(view?.words && { words: view.words }),
    ...(fault && { fault: fault.fault.message }),
    step: view?.status?.step ?? null,
    total: view?.status?.total ?? null,
    checkpoint: view?.status?.checkpoint ?? null,
    loss: last?.loss ?? null,
    lr: last?.lr ?? null,
    accuracy: last?.accuracy ?? null,
    tokensPerSecond: last?.tokensPerSecond ?? null,
    remainingSeconds: view?.remainingMs === undefined ? null : Math.round(view.remainingMs / 1000),
    hasModel: view?.hasModel ?? false,
    hasExport: view?.hasExport ?? false,
  };
}

/** A run in a line, without its name: `running  40/120  loss 0.412  lr 2e-6  1,234 tokens/s  3 min left`. */
export function runWords(view: RunView): string {
  const { state, status, metrics, remainingMs } = view;
  const { loss, lr, tokensPerSecond } = metrics.last ?? {};
  const parts: string[] = [state];
  if (status?.total) parts.push(`${status.step}/${status.total}`);
  if (loss !== undefined) parts.push(`loss ${loss.toPrecision(4)}`);
  if (state === 'running' || state === 'checkpointing') {
    if (lr !== undefined) parts.push(`lr ${lr.toExponential(1)}`);
    if (tokensPerSecond !== undefined) {
      parts.push(`${Math.round(tokensPerSecond).toLocaleString('en-US')} tokens/s`);
    }
    if (remainingMs !== undefined) parts.push(`${duration(remainingMs)} left`);
  }
  return parts.join('  ');
}

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  if (minutes < 120) return `${minutes} min`;
  return `${Math.round(minutes / 60)} h`;
}

/** Prints a fault and returns the exit code for it. */
export function refuse(command: string, { fault }: Failure, terminal: Terminal, cancelled: string): 2 {
  const message = fault.message === CANCELLED ? cancelled : fault.message;
  terminal.err(`cfprm ${command}: ${message}\n`);
  return 2;
}
