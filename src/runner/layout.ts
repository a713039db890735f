import { under } from './quote';

/** Where things lie in a profile's folder on the host. */
export class HostLayout {
  constructor(readonly folder: string) {}

  /** Files by what they hold: `blobs/SHA256`, read-only. */
  get blobs(): string {
    return under(this.folder, 'blobs');
  }

  get environments(): string {
    return under(this.folder, 'environments');
  }

  run(id: string): RunLayout {
    return new RunLayout(under(this.folder, 'runs', id));
  }
}

/** What is in the folder of one run on the host; another machine needs no more to watch it. */
export class RunLayout {
  constructor(readonly folder: string) {}

  /** What was sent: the merge, the runner, a model. */
  get input(): string {
    return under(this.folder, 'input');
  }

  /** The runner's output folder (docs/training.md). */
  get output(): string {
    return under(this.folder, 'output');
  }

  /** What run it is: a `RunRecord`. */
  get record(): string {
    return under(this.folder, 'cfprm-run.json');
  }

  /** The script that starts the runner. */
  get script(): string {
    return under(this.folder, 'launch.sh');
  }

  /** What the runner prints, over all launches. */
  get log(): string {
    return under(this.folder, 'log.txt');
  }

  /** A folder that exists while somebody launches. */
  get lock(): string {
    return under(this.folder, 'launching');
  }

  /** Process id of the script. */
  get pid(): string {
    return under(this.folder, 'pid');
  }

  /** Exit code of the runner, by the script. */
  get ended(): string {
    return under(this.folder, 'ended');
  }

  /** What the launcher calls the run: a job's number. */
  get job(): string {
    return under(this.folder, 'job');
  }
}
