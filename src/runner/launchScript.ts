import type { RunLayout } from './layout';
import { quote, quotePath } from './quote';
import type { RunRecord } from './record';

/** Where in the input folder things lie. */
export const INPUT = { merge: 'merge', runner: 'runner', model: 'model' } as const;

/** An option that stands for the model that was sent along. */
export const SENT_MODEL = '@model';

/**
 * The script that starts the runner, wherever it is run: as a process of its own, as a batch script, as a job's entry
 * point. It passes requests to stop on, and says how the runner ended even if that was killed.
 */
export function launchScript(record: RunRecord, layout: RunLayout, python: string): string {
  const { profile, options } = record;
  const header = profile.kind === 'slurm' ? ['#SBATCH --signal=B:USR1@120', ...profile.header] : [];
  const words = options.map((option) =>
    option === SENT_MODEL ? `"$run"/input/${INPUT.model}` : quote(option),
  );
  // Slurm reads its lines only where no command stands before them.
  return `#!/bin/sh
${header.map((line) => `${line}\n`).join('')}run=${quotePath(layout.folder)}
cd -- "$run" || exit 1
exec >> log.txt 2>&1 < /dev/null
run=$PWD
export PYTHONPATH="$run/input/${INPUT.runner}/src" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
${quotePath(python)} -m cfprm_runner train --input "$run/input/${INPUT.merge}" --output "$run/output" ${words.join(' ')} &
child=$!
trap 'kill -TERM "$child" 2>/dev/null' TERM INT USR1
trap '' HUP
printf '%s %s %s\\n' "$$" "$child" "$(uname -n)" > pid.new && mv -f pid.new pid
wait "$child"
code=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
echo "$code" > ended.new && mv -f ended.new ended
exit "$code"
`;
}
