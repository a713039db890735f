import type { RunAction } from '../core/runs/actions';
import type { Metric } from '../core/runs/metrics';
import type { RunState } from '../core/runs/state';

/** A run as its page shows it; what is not known is absent. */
export interface ShownRun {
  readonly id: string;
  readonly name: string;
  /** Where it is, as in `gpu (ssh, gpubox)`. */
  readonly where: string;
  /** Its folder on the host. */
  readonly folder: string;
  /** ISO 8601. */
  readonly created: string;
  /** Absent until it was looked at, and while its host is out of reach. */
  readonly state?: RunState;
  /** What to know about the state, or why the host was not reached. */
  readonly words?: string;
  readonly step?: number;
  readonly total?: number;
  /** Step of the last checkpoint. */
  readonly checkpoint?: number;
  /** Milliseconds until the end at the present pace. */
  readonly remainingMs?: number;
  readonly can: readonly RunAction[];
}

/** Messages from the extension to the page of a run. */
export type ToRun =
  | { readonly type: 'run'; readonly run: ShownRun }
  /** Metrics ascending by step; `replace`: in place of those that were sent before. */
  | { readonly type: 'metrics'; readonly replace: boolean; readonly metrics: readonly Metric[] }
  /** More of the log. */
  | { readonly type: 'log'; readonly replace: boolean; readonly text: string }
  /** The run is not known here any more. */
  | { readonly type: 'gone'; readonly message: string };

/** What the buttons of the page do. */
export type RunButton = RunAction | 'openFolder' | 'tensorboard' | 'showLog';

/** Messages from the page to the extension. */
export type FromRun = { readonly type: 'ready' } | { readonly type: 'press'; readonly button: RunButton };

/** What VS Code keeps of the page over a reload. */
export interface RunPlace {
  readonly id: string;
}
