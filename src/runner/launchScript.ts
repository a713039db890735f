import type { ExportPrecision } from '../core/runs/profile';
import { takingSecrets } from './courier';
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
  const program = quotePath(python);
  const header = profile.kind === 'slurm' ? ['#SBATCH --signal=B:USR1@120', ...profile.header] : [];
  const byQueue = profile.kind === 'slurm' || profile.kind === 'ray';
  // On Ray the job's driver asks for the workers; elsewhere the runner starts its processes by itself.
  const module = profile.kind === 'ray' ? 'cfprm_runner.ray_entry' : 'cfprm_runner train';
  const workers = profile.kind === 'ray' && profile.workers ? ['--processes', `${profile.workers}`] : [];
  const words = [...workers, ...options].map((option) =>
    option === SENT_MODEL ? `"$run"/input/${INPUT.model}` : quote(option),
  );
  // Slurm reads its lines only where no command stands before them.
  return `#!/bin/sh
${header.map((line) => `${line}\n`).join('')}run=${quotePath(layout.folder)}
cd -- "$run" || exit 1
exec >> log.txt 2>&1 < /dev/null
run=$PWD
export PYTHONPATH="$run/input/${INPUT.runner}/src" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
${byQueue ? takingSecrets(profile.secrets) : ''}trap 'kill -TERM "$child" 2>/dev/null' TERM INT USR1
trap '' HUP
follow() {
  child=$!
  printf '%s %s %s\\n' "$$" "$child" "$(uname -n)" > pid.new && mv -f pid.new pid
  wait "$child"
  code=$?
  while kill -0 "$child" 2>/dev/null; do
    wait "$child"
    code=$?
  done
}
${program} -m ${module} --input "$run/input/${INPUT.merge}" --output "$run/output" ${words.join(' ')} &
follow
echo "$code" > ended.new && mv -f ended.new ended
[ "$code" -eq 0 ] || exit "$code"
${exporting(record.export ?? 'none', program)}`;
}

/** Kilobytes of weights from which on `auto` rounds them. */
const LARGE_KB = 1024 * 1024;

/**
 * Exports the model that was trained. What becomes of it stands in `exported` (exit code, then the last lines that it
 * printed), apart from how the training ended: a model that cannot be exported is trained all the same.
 */
function exporting(precision: ExportPrecision, program: string): string {
  if (precision === 'none') return '';
  const chosen =
    precision === 'auto'
      ? `precision=fp32
[ "$(du -sk output/model | cut -f 1)" -lt ${LARGE_KB} ] || precision=int8`
      : `precision=${precision}`;
  return `[ ! -d output/export ] || exit 0
${chosen}
echo "exporting the model ($precision)"
${program} -m cfprm_runner export --checkpoint "$run/output/model" --output "$run/output/export" \\
  --precision "$precision" > export.txt 2>&1 &
follow
cat export.txt
{ echo "$code"; tail -n 5 export.txt; } > exported.new && mv -f exported.new exported
`;
}
