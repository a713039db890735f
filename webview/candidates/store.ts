import type { FromCandidates, PanelPlace } from '../../src/shared/candidates';
import type { Filter, Sort } from './columns';

/** What the page remembers when it is hidden or the window is reloaded. */
export interface Remembered {
  readonly was?: PanelPlace;
  readonly tab: 'candidates' | 'file';
  readonly sort: Sort;
  readonly filter: Filter;
  /** Candidates that take part in the choices; undefined stands for all. */
  readonly n?: number;
  /** The step that has the focus, by row, place and 1-based step. */
  readonly at?: { readonly row: number; readonly place: number; readonly step: number };
  /** The rule whose curve stands out. */
  readonly selector?: string;
}

interface Api {
  postMessage(message: FromCandidates): void;
  getState(): Remembered | undefined;
  setState(state: Remembered): void;
}

declare function acquireVsCodeApi(): Api;

const api = acquireVsCodeApi();
let remembered: Remembered = api.getState() ?? { tab: 'candidates', sort: 'file', filter: 'all' };

/** What is remembered. */
export function recall(): Remembered {
  return remembered;
}

/** Remembers something from now on. */
export function remember(change: Partial<Remembered>): void {
  remembered = { ...remembered, ...change };
  api.setState(remembered);
}

/** Tells the extension something. */
export function send(message: FromCandidates): void {
  api.postMessage(message);
}
