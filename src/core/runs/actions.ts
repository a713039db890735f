import { isRunning, type RunState } from './state';

/** What a person can do with a run that was looked at; showing its log, its folder and its curves is always possible. */
export type RunAction = 'stop' | 'resume' | 'useModel' | 'editRun' | 'remove';

/** What a look at a run found that decides what can be done with it. */
export interface Actionable {
  readonly state: RunState;
  /** True if the runner refused what it was given: the same again would be refused again. */
  readonly isRefused?: boolean;
  /** True if its model was exported. */
  readonly hasExport: boolean;
  /** True if it has finished without the export that was asked for. */
  readonly lacksExport: boolean;
}

/** What can be done with a run, what suits it best first. */
export function actionsOf({ state, isRefused, hasExport, lacksExport }: Actionable): readonly RunAction[] {
  if (isRunning(state)) return ['stop'];
  const goOn: RunAction[] = [
    ...(state !== 'finished' || lacksExport ? ['resume' as const] : []),
    ...(hasExport ? ['useModel' as const] : []),
  ];
  return isRefused ? ['editRun', ...goOn, 'remove'] : [...goOn, 'editRun', 'remove'];
}
