import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { isRunning } from '../core/runs/state';
import { stateWords } from '../core/runs/words';
import { output } from './host';
import { putText } from './hostFiles';
import { launcherOf, type PlacedRun } from './launcher';
import { launchScript } from './launchScript';
import { RunWatch } from './look';
import { quotePath } from './quote';

/** Minutes after which a lock was left behind: launching takes seconds. */
const ABANDONED_MINUTES = 5;

/** Exit code of the script when somebody else has the lock. */
const TAKEN = 73;

/**
 * Starts a run that was sent, or that has ended and is to go on. Only one launch of a run is under way at a time,
 * and none while it runs. Faults: it runs; somebody is launching it; the host or the launcher refuse.
 */
export async function launch(
  run: PlacedRun,
  python: string,
  secrets: ReadonlyMap<string, string>,
): Promise<Result<void>> {
  const { host, layout, record } = run;
  const lock = quotePath(layout.lock);
  const taking = `lock=${lock}
if ! mkdir -- "$lock" 2>/dev/null; then
  [ -n "$(find "$lock" -maxdepth 0 -mmin +${ABANDONED_MINUTES})" ] && mv -- "$lock" "$lock.$$" && rmdir -- "$lock.$$" || exit ${TAKEN}
  mkdir -- "$lock" || exit ${TAKEN}
fi`;
  const taken = await host.run(taking);
  if (!taken.ok) return taken;
  if (taken.value.code !== 0) {
    return fail(
      t(
        'Run {0} is being started elsewhere at this moment. Look with "cfprm runs show {0}"; a start that broke off stands in the way for {1} minutes.',
        record.id,
        ABANDONED_MINUTES,
      ),
    );
  }
  try {
    const view = await new RunWatch(run).look();
    if (!view.ok) return view;
    if (isRunning(view.value.state)) {
      return fail(
        t(
          'Run {0} is {1} already. Stop it first, or wait for its end.',
          record.id,
          stateWords(view.value.state),
        ),
      );
    }
    const put = await putText(
      host,
      layout.script,
      launchScript(record, layout, python),
      t('Starting the run'),
    );
    if (!put.ok) return put;
    // What the launch before this one said of its end would be taken for this one's.
    const cleared = await output(
      host,
      `run=${quotePath(layout.folder)}
cd -- "$run" && rm -f -- pid ended exported job stop-asked output/exit_code output/stop output/status.json`,
      t('Starting the run'),
    );
    if (!cleared.ok) return cleared;
    return await launcherOf(record.profile).start(run, secrets);
  } finally {
    await host.run(`rmdir -- ${lock}`);
  }
}

/**
 * Tells a run to end. `gently`, it writes a checkpoint first: by the file `stop`, which reaches it through every
 * launcher, and by a signal, which reaches it before it looks at files. Returns at once.
 */
export async function requestStop(run: PlacedRun, how: 'gently' | 'now'): Promise<Result<void>> {
  const { host, layout } = run;
  const script = `run=${quotePath(layout.folder)}
: > "$run/stop-asked"${how === 'gently' ? '\nmkdir -p -- "$run/output" && : > "$run/output/stop"' : ''}`;
  const told = await output(host, script, t('Stopping the run'));
  if (!told.ok) return told;
  const ended = await launcherOf(run.record.profile).end(run, how);
  return ended.ok ? ok(undefined) : ended;
}
