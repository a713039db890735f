import { t } from '@vscode/l10n';
import { ok, type Result } from '../core/result';
import { NO_SECRETS } from '../core/runs/state';
import { output } from './host';
import type { PlacedRun } from './launcher';
import { quote, quotePath } from './quote';

/**
 * A folder in a run's own that holds the pipe for its secrets while they are waited for. It comes and goes as one, so
 * that nobody who opens the pipe makes a file in its place.
 */
const FOLDER = 'handover';
const PIPE = `${FOLDER}/pipe`;

/** Seconds for which a run that has begun waits for its secrets. */
const PATIENCE_SECONDS = 600;

/**
 * Lines of a launch script that take secrets from a pipe into its environment, or end it. Slurm and Ray keep the
 * environment with which a job is handed over, so nothing secret may be in that.
 */
export function takingSecrets(names: readonly string[]): string {
  if (names.length === 0) return '';
  const reading = names.map((name) => `IFS= read -r ${name}`).join(' && ');
  return `rm -rf ${FOLDER} ${FOLDER}.new ${FOLDER}.old
mkdir -m 700 ${FOLDER}.new && mkfifo -m 600 ${FOLDER}.new/pipe && mv ${FOLDER}.new ${FOLDER} || exit 1
( n=0
while [ -p ${PIPE} ] && [ "$n" -lt ${PATIENCE_SECONDS} ]; do n=$((n + 1)); sleep 1; done
# To open it and write nothing ends the reading.
[ ! -p ${PIPE} ] || : > ${PIPE} ) &
${reading.includes('&&') ? `{ ${reading}; }` : reading} < ${PIPE}
code=$?
mv ${FOLDER} ${FOLDER}.old && rm -rf ${FOLDER}.old
[ "$code" -eq 0 ] || { echo ${NO_SECRETS} > ended; exit ${NO_SECRETS}; }
export ${names.join(' ')} CFPRM_SECRETS='${names.join(' ')}'
`;
}

/** How a courier gets to the pipe. */
export interface Route {
  /** Script that prints `there` when the job that `$job` names runs, `over` when it has ended, else anything. */
  readonly poll: string;
  /** Words before a shell that make it run where the job runs; none if that is here. */
  readonly there: string;
}

/**
 * Leaves a process on the host that waits for the run's job and writes the secrets into its pipe. It outlives the
 * connection and the editor, and keeps the values in its memory alone.
 */
export async function sendCourier(
  { host, layout, record }: PlacedRun,
  secrets: ReadonlyMap<string, string>,
  { poll, there }: Route,
): Promise<Result<void>> {
  if (secrets.size === 0) return ok(undefined);
  const names = [...secrets.keys()];
  const writer = `n=0
until [ -p "$0" ]; do n=$((n + 1)); [ "$n" -le 60 ] || exit 1; sleep 1; done
cat > "$0"`;
  // The programs that bring it there do not get it in their environment, which they would hand on.
  const courier = `# of run ${record.id}
pause=1
while :; do
  word=$(${poll})
  [ "$word" != over ] || exit 0
  [ "$word" != there ] || break
  sleep "$pause"
  [ "$pause" -ge 30 ] || pause=$((pause + 1))
done
printf '%s\\n' ${names.map((name) => `"$${name}"`).join(' ')} | ( unset ${names.join(' ')}
exec ${there} sh -c ${quote(writer)} "$run/${PIPE}" ) &
child=$!
# One that comes too late would wait for ever for somebody to read.
seen=
while kill -0 "$child" 2>/dev/null; do
  if [ -p "$run/${PIPE}" ]; then seen=yes; elif [ -n "$seen" ]; then sleep 5; kill "$child"; exit 0; fi
  sleep 1
done`;
  const script = `cd -- ${quotePath(layout.folder)} || exit 1
run=$PWD
read -r job < job || exit 1
export run job
nohup $(command -v setsid) sh -c ${quote(courier)} </dev/null >/dev/null 2>&1 &`;
  const sent = await output(host, script, t('Handing over the secrets'), { secrets });
  return sent.ok ? ok(undefined) : sent;
}
