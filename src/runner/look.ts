import { t } from '@vscode/l10n';
import { ok, type Result } from '../core/result';
import { MetricSeries } from '../core/runs/metrics';
import {
  type ExportEvidence,
  judgeRun,
  parseStatus,
  type RunEvidence,
  type RunStatus,
  type Verdict,
} from '../core/runs/state';
import { output } from './host';
import { launcherOf, type PlacedRun } from './launcher';
import { quotePath } from './quote';

/** Bytes of metrics that one script reads at most, and that are read of a run at all: some million updates. */
const METRIC_BYTES = 4 * 1024 * 1024;
const MOST_METRIC_BYTES = 256 * 1024 * 1024;

/** Bytes of a state or of the end of an export; what is longer is none. */
const SMALL_BYTES = 256 * 1024;

/** What the files of a run say. */
interface FoundFiles
  extends Pick<RunEvidence, 'now' | 'stopRequested' | 'statusChanged' | 'exitCode' | 'endedWith'> {
  readonly hasModel: boolean;
  readonly hasExport: boolean;
  readonly exported: Partial<ExportEvidence>;
  readonly status: RunStatus | undefined;
}

/** What a look at a run found. */
export interface RunView extends Verdict {
  readonly status: RunStatus | undefined;
  readonly metrics: MetricSeries;
  /** Milliseconds until the end at the present pace; absent where that is not known or it has ended. */
  readonly remainingMs?: number;
  /** True if the runner has written its finished model. */
  readonly hasModel: boolean;
  /** True if that was exported to ONNX. */
  readonly hasExport: boolean;
  /** True if the run was to export its model, has ended, and did not. */
  readonly lacksExport: boolean;
}

/** Looks at a run again and again; reads only what is new of its metrics. */
export class RunWatch {
  readonly metrics = new MetricSeries();
  private offset = 0;
  private heartbeat: number | undefined;

  constructor(private readonly run: PlacedRun) {}

  /** Fault: the host cannot be reached; the run goes on all the same. */
  async look(): Promise<Result<RunView>> {
    const { run } = this;
    // Asked before the files are read: a run that ends in between has written its end when its process is gone.
    const word = await launcherOf(run.record.profile).ask(run);
    if (!word.ok) return word;
    const found = await this.readFiles();
    if (!found.ok) return found;
    const { status, exported: exportWords, ...files } = found.value;
    const beats = this.heartbeat !== undefined && status !== undefined && status.heartbeat !== this.heartbeat;
    this.heartbeat = status?.heartbeat;
    const wants = (run.record.export ?? 'none') !== 'none';
    const exported = { made: files.hasExport, ...exportWords };
    const verdict = judgeRun({
      ...(wants && { export: exported }),
      word: word.value,
      ...(status && { status }),
      beats,
      ...files,
    });
    const live = verdict.state === 'running' || verdict.state === 'checkpointing';
    const total = status?.total ?? undefined;
    const remainingMs = live && total !== undefined ? this.metrics.remaining(total) : undefined;
    return ok({
      ...verdict,
      status,
      metrics: this.metrics,
      hasModel: files.hasModel,
      hasExport: files.hasExport,
      lacksExport: wants && verdict.state === 'finished' && !files.hasExport,
      ...(remainingMs !== undefined && { remainingMs }),
    });
  }

  private async readFiles(): Promise<Result<FoundFiles>> {
    const { host, layout } = this.run;
    // In the reverse of the order in which they are written: who sees an end sees all that was written before it.
    const script = `run=${quotePath(layout.folder)}
out=$run/output
modified() { stat -c %Y "$1" 2>/dev/null || stat -f %m "$1" 2>/dev/null; }
show() { [ ! -f "$2" ] || printf '%s %s\\n' "$1" "$(head -c ${SMALL_BYTES} < "$2" | base64 | tr -d '\\n')"; }
echo "now $(date +%s)"
show exported "$run/exported"
show ended "$run/ended"
show exit "$out/exit_code"
[ ! -d "$out/model" ] || echo "model yes"
[ ! -d "$out/export" ] || echo "export yes"
[ ! -f "$run/stop-asked" ] || echo "stop yes"
[ ! -f "$out/status.json" ] || echo "changed $(modified "$out/status.json")"
show status "$out/status.json"
if [ -f "$out/metrics.jsonl" ]; then
  echo "size $(wc -c < "$out/metrics.jsonl" | tr -d ' ')"
  printf 'metrics %s\\n' "$(tail -c +${this.offset + 1} -- "$out/metrics.jsonl" | head -c ${METRIC_BYTES} | base64 | tr -d '\\n')"
fi`;
    const said = await output(host, script, t('Looking at the run'));
    if (!said.ok) return said;
    const lines = said.value.split('\n').map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)] as const;
    });
    const values = new Map(lines);
    const text = (name: string): string | undefined => {
      const value = values.get(name);
      return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
    };
    const before = this.offset;
    const size = Number(values.get('size') ?? 0);
    this.takeMetrics(size, values.get('metrics') ?? '');
    // Long metrics come in pieces; a line that is not finished waits for the next look.
    const hasMore = size - this.offset > METRIC_BYTES / 2 && this.offset < MOST_METRIC_BYTES;
    if (hasMore && this.offset !== before) return this.readFiles();
    const status = text('status');
    const changed = values.get('changed');
    return ok({
      now: Number(values.get('now')) * 1000,
      hasModel: values.has('model'),
      hasExport: values.has('export'),
      exported: exportEnd(text('exported')),
      stopRequested: values.has('stop'),
      ...exitCode('endedWith', text('ended')),
      ...exitCode('exitCode', text('exit')),
      ...(changed && { statusChanged: Number(changed) * 1000 }),
      status: status === undefined ? undefined : parseStatus(status),
    });
  }

  private takeMetrics(size: number, base64: string): void {
    if (this.offset >= MOST_METRIC_BYTES) return;
    if (size < this.offset) {
      // A relaunch wrote it anew, without what came after its checkpoint. All of it comes with the next look.
      this.metrics.clear();
      this.offset = 0;
      return;
    }
    const bytes = Buffer.from(base64, 'base64');
    // Whole lines only: a character may be cut where the bytes end.
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.metrics.append(bytes.subarray(0, end).toString('utf8'));
    this.offset += end;
  }
}

function exitCode(name: string, text: string | undefined): Record<string, number> {
  const code = text === undefined ? Number.NaN : Number.parseInt(text, 10);
  return Number.isNaN(code) ? {} : { [name]: code };
}

/** What the launch script wrote of the export: its exit code, then the last lines that it printed. */
function exportEnd(text: string | undefined): Partial<ExportEvidence> {
  if (text === undefined) return {};
  const [code, ...lines] = text.trim().split('\n');
  const said = lines.at(-1);
  return { endedWith: Number(code), ...(said && { said }) };
}
