import { t } from '@vscode/l10n';
import { ok, type Result } from '../core/result';
import type { LauncherWord } from '../core/runs/state';
import { output } from './host';
import type { Ending, Launcher, PlacedRun } from './launcher';
import { quotePath } from './quote';

/**
 * Shell functions on the processes that `pid` names. A number alone may by now be that of another process, so the
 * run's id must be in its command line.
 */
function processes({ record, layout }: PlacedRun): string {
  return `run=${quotePath(layout.folder)}
is_ours() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\\0' ' ' < "/proc/$1/cmdline" | grep -q -- ${record.id}
  else ps -p "$1" -o args= 2>/dev/null | grep -q -- ${record.id}; fi
}
look() {
  script= child= at=
  [ ! -f "$run/pid" ] || read -r script child at < "$run/pid"
}
look
`;
}

/** Runs as processes of the host, in a session of their own. */
export class DetachedLauncher implements Launcher {
  async start(run: PlacedRun, secrets: ReadonlyMap<string, string>): Promise<Result<void>> {
    const script = `run=${quotePath(run.layout.folder)}
nohup $(command -v setsid) sh "$run/launch.sh" </dev/null >/dev/null 2>&1 &
tries=0
until [ -s "$run/pid" ]; do
  tries=$((tries + 1))
  [ "$tries" -le 100 ] || { echo "launch.sh did not start; see log.txt" >&2; exit 1; }
  sleep 0.1
done`;
    const started = await output(run.host, script, t('Starting the run'), { secrets });
    return started.ok ? ok(undefined) : started;
  }

  async ask(run: PlacedRun): Promise<Result<LauncherWord>> {
    const script = `${processes(run)}
if [ -z "$script" ]; then echo never
elif [ "$at" != "$(uname -n)" ]; then echo "elsewhere $at"
elif is_ours "$script" || is_ours "$child"; then echo alive
else echo gone; fi`;
    const said = await output(run.host, script, t('Asking for the process'));
    if (!said.ok) return said;
    const [word, at] = said.value.trim().split(' ');
    switch (word) {
      case 'alive':
        return ok({ is: 'alive' });
      case 'never':
        return ok({ is: 'never' });
      case 'elsewhere':
        return ok({
          is: 'unknown',
          words: t('It was started on {0}, whose processes are not seen from here.', at!),
        });
      default:
        return ok({ is: 'gone' });
    }
  }

  async end(run: PlacedRun, how: Ending): Promise<Result<void>> {
    // The session's processes all have the script's number as their session's.
    const act =
      how === 'gently'
        ? 'is_ours "$child" && kill -TERM "$child"'
        : `tries=0
while is_ours "$script" || is_ours "$child"; do
  tries=$((tries + 1))
  [ "$tries" -le 50 ] || { echo "process $script goes on in spite of signal 9" >&2; exit 1; }
  kill -KILL -- "-$script" 2>/dev/null
  is_ours "$child" && kill -KILL "$child"
  sleep 0.1
  look
done`;
    const script = `${processes(run)}[ -n "$script" ] || exit 0
${act}
exit 0`;
    const ended = await output(run.host, script, t('Stopping the run'));
    return ended.ok ? ok(undefined) : ended;
  }
}
