import { isRunning, type RunState } from './state';

/** What a person can do with a run that was looked at; showing its log, its folder and its curves is always possible. */
export type RunAction = 'stop' | 'resume' | 'useModel' | 'remove';

/** What a look at a run found that decides what can be done with it. */
export interface Actionable {
  readonly state: RunState;
  /** True if its model was exported. */
  readonly hasExport: boolean;
  /** True if it has finished without the export that was asked for. */
  readonly lacksExport: boolean;
}

/** What can be done with a run. */
export function actionsOf({ state, hasExport, lacksExport }: Actionable): readonly RunAction[] {
  if (isRunning(state)) return ['stop'];
  return [
    ...(state !== 'finished' || lacksExport ? ['resume' as const] : []),
    ...(hasExport ? ['useModel' as const] : []),
    'remove',
  ];
}
