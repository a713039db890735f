import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import type { LauncherWord } from '../core/runs/state';
import { type Route, sendCourier } from './courier';
import { output } from './host';
import type { Ending, Launcher, PlacedRun } from './launcher';
import { quotePath } from './quote';

/** States of Slurm in which a job waits, and in which it is at work; in all others it is over. */
const WAITING = new Set([
  'PENDING',
  'CONFIGURING',
  'REQUEUED',
  'REQUEUE_HOLD',
  'REQUEUE_FED',
  'SPECIAL_EXIT',
]);
const ALIVE = new Set([
  'RUNNING',
  'COMPLETING',
  'SUSPENDED',
  'STOPPED',
  'SIGNALING',
  'STAGE_OUT',
  'RESIZING',
]);

/** What the accounting says begins with it. */
const BOOKS = 'books|';

/** A step of the job brings secrets to where it runs: by Slurm's own connection, which munge vouches for. */
const ROUTE: Route = {
  poll: `case $(squeue --noheader --jobs="$job" --format=%T 2>&1) in
(RUNNING) echo there ;;
('' | *'Invalid job id'* | COMPLETING | COMPLETED | CANCELLED | FAILED | TIMEOUT) echo over ;;
esac`,
  there: 'srun --jobid="$job" --overlap --nodes=1 --ntasks=1 --quiet',
};

/** Hands runs to Slurm with the commands that it has on the host. */
export class SlurmLauncher implements Launcher {
  async start(run: PlacedRun, secrets: ReadonlyMap<string, string>): Promise<Result<void>> {
    const { record, host, layout } = run;
    const script = `run=${quotePath(layout.folder)}
job=$(sbatch --parsable --job-name=cfprm-${record.id} --chdir="$(cd -- "$run" && pwd)" --output=log.txt \\
  --open-mode=append -- "$run/launch.sh") || exit 1
printf '%s\\n' "\${job%%;*}" > "$run/job"`;
    const started = await output(host, script, t('Handing the run to Slurm'));
    return started.ok ? sendCourier(run, secrets, ROUTE) : started;
  }

  /**
   * The queue's word; for a job that has left the queue the accounting's, where that runs. Of a job that both have
   * forgotten only its end is known.
   */
  async ask({ host, layout }: PlacedRun): Promise<Result<LauncherWord>> {
    const script = `run=${quotePath(layout.folder)}
[ -f "$run/job" ] || { echo never; exit 0; }
read -r job < "$run/job"
queue=$(squeue --noheader --states=all --jobs="$job" --format='%T|%r' 2>&1)
code=$?
case $queue in
  *'Invalid job id'*) queue= ;;
  *) [ "$code" -eq 0 ] || { printf 'silent|%s\\n' "$queue"; exit 0; } ;;
esac
[ -z "$queue" ] || { printf '%s\\n' "$queue"; exit 0; }
books=$(sacct --noheader --allocations --parsable2 --jobs="$job" --format=State,ExitCode 2>/dev/null)
printf '%s\\n' "\${books:+books|}\${books:-forgotten}"`;
    const said = await output(host, script, t('Asking Slurm for the job'));
    return said.ok ? ok(slurmWord(said.value.trim().split('\n')[0]!)) : said;
  }

  async end({ host, layout }: PlacedRun, how: Ending): Promise<Result<void>> {
    // A signal reaches only a batch script that has started; one that waits is taken out of the queue.
    const gently = `if [ "$(squeue --noheader --jobs="$job" --format=%T)" = RUNNING ]; then
  scancel --signal=TERM --batch "$job"
else scancel "$job"; fi`;
    const script = `run=${quotePath(layout.folder)}
[ -f "$run/job" ] || exit 0
read -r job < "$run/job"
end() {
${how === 'gently' ? gently : 'scancel --signal=KILL --full "$job"'}
}
# A job that ended just now is no failure.
said=$(end 2>&1) && exit 0
case $said in *'Unable to contact'* | *'timed out'*) printf '%s\\n' "$said" >&2; exit 1 ;; esac`;
    const ended = await output(host, script, t('Stopping the job'));
    if (ended.ok || !/Unable to contact|timed out/u.test(ended.fault.message)) {
      return ended.ok ? ok(undefined) : ended;
    }
    return fail(
      t('Slurm does not answer on {0}. Try again when it does; a run under way was told to stop.', host.name),
    );
  }
}

/** Reads the queue's `STATE|reason`, the accounting's `books|STATE|code`, `silent|error` or a word of the script's own. */
export function slurmWord(line: string): LauncherWord {
  if (line.startsWith(BOOKS)) {
    const word = slurmWord(line.slice(BOOKS.length));
    // What the queue does not know runs no longer: the accounting was not told of the end.
    return word.is === 'gone' ? word : { is: 'gone' };
  }
  const bar = line.indexOf('|');
  const [head, tail] = bar < 0 ? [line, ''] : [line.slice(0, bar), line.slice(bar + 1)];
  const state = head.split(' ')[0]!.replace(/\+$/u, '');
  const words = tail === '' || tail === 'None' ? `Slurm: ${state}` : `Slurm: ${state}, ${tail}`;
  if (state === 'never') return { is: 'never' };
  if (state === 'forgotten') return { is: 'gone' };
  if (state === 'silent') return { is: 'unknown', words: t('Slurm does not answer ({0}).', tail) };
  if (WAITING.has(state)) return { is: 'waiting', words };
  if (ALIVE.has(state)) return { is: 'alive', ...(state !== 'RUNNING' && { words }) };
  if (state === 'COMPLETED') return { is: 'gone', end: 'done', words };
  return { is: 'gone', end: state.startsWith('CANCELLED') ? 'cancelled' : 'failed', words };
}
