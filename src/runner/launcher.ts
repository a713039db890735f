import type { Result } from '../core/result';
import type { Profile } from '../core/runs/profile';
import type { LauncherWord } from '../core/runs/state';
import { DetachedLauncher } from './detached';
import type { Host } from './host';
import type { RunLayout } from './layout';
import { RayLauncher } from './ray';
import type { RunRecord } from './record';
import { SlurmLauncher } from './slurm';

/** A run and where it lies. */
export interface PlacedRun {
  readonly record: RunRecord;
  readonly host: Host;
  readonly layout: RunLayout;
}

/** How a run is ended: `gently` lets it write a checkpoint, `now` does not. */
export type Ending = 'gently' | 'now';

/** Starts the launch script of a run so that it goes on without us, and knows what became of it. */
export interface Launcher {
  /** Starts the script and writes the job's name, if it has one, to the run's folder. */
  start(run: PlacedRun, secrets: ReadonlyMap<string, string>): Promise<Result<void>>;
  /** What process table or scheduler say of the run. Fault: the host cannot be reached. */
  ask(run: PlacedRun): Promise<Result<LauncherWord>>;
  /** Tells the run to end; does not wait for it. */
  end(run: PlacedRun, how: Ending): Promise<Result<void>>;
}

/** The launcher of a profile's runs. */
export function launcherOf(profile: Profile): Launcher {
  switch (profile.kind) {
    case 'local':
    case 'ssh':
      return new DetachedLauncher();
    case 'slurm':
      return new SlurmLauncher();
    case 'ray':
      return new RayLauncher(profile);
  }
}
