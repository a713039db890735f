import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Result } from '../../core/result';
import { isRunning } from '../../core/runs/state';
import type { RunView, RunWatch } from '../../runner/look';
import type { RunRecord } from '../../runner/record';
import { Runs } from '../../runner/runs';
import type { Log } from '../log';

/** Milliseconds between two looks at runs that are at work. */
const LOOK_MS = 3000;
/** Parts of a log (1 MiB each) that one look reads. */
const LOG_PARTS = 16;

/** A run of the list; `view` is undefined until it was looked at. */
export interface ListedRun {
  readonly record: RunRecord;
  readonly view: Result<RunView> | undefined;
}

/** The runs that this machine knows, looked at again and again while somebody sees them or waits for them. */
export class RunList implements vscode.Disposable {
  readonly runs: Runs;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly watches = new Map<string, RunWatch>();
  private readonly channels = new Map<string, { readonly channel: vscode.OutputChannel; offset: number }>();
  private listed: readonly ListedRun[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private wasRead = false;
  private isVisible = false;
  private watchers = 0;
  private isDisposed = false;

  constructor(
    { extensionPath }: vscode.ExtensionContext,
    private readonly log: Log,
  ) {
    this.runs = new Runs(process.env.CFPRM_RUNNER ?? path.join(extensionPath, 'runner'));
  }

  /** The newest first, as the last look found them. */
  get all(): readonly ListedRun[] {
    return this.listed;
  }

  /** True from the first time on that the list was read. */
  get hasLooked(): boolean {
    return this.wasRead;
  }

  /** Tells whether somebody sees the list; nothing is looked at for nobody. */
  setVisible(isVisible: boolean): void {
    this.isVisible = isVisible;
    if (isVisible) void this.refresh();
  }

  /** Has runs looked at, until what is returned is disposed of. */
  keepLooking(): vscode.Disposable {
    this.watchers += 1;
    void this.refresh();
    return {
      dispose: () => {
        this.watchers -= 1;
      },
    };
  }

  /** Reads the list anew and looks at every run that has not ended for sure. */
  refresh(): Promise<void> {
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
      this.plan();
    });
    return this.looking;
  }

  /** Shows a run's log in the Output view, and goes on with it while the run lives. */
  async showLog(record: RunRecord): Promise<void> {
    let shown = this.channels.get(record.id);
    if (shown === undefined) {
      shown = { channel: vscode.window.createOutputChannel(t('CFPRM run: {0}', record.name)), offset: 0 };
      this.channels.set(record.id, shown);
    }
    shown.channel.show(true);
    await this.readLog(record);
    this.plan();
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer);
    this.changed.dispose();
    for (const { channel } of this.channels.values()) channel.dispose();
    void this.runs.close();
  }

  private async look(): Promise<void> {
    const list = await this.runs.store.list();
    if (!list.ok) {
      this.log.error(list.fault.message);
      return;
    }
    this.wasRead = true;
    for (const { message } of list.value.faults) this.log.warn(message);
    const before = new Map(this.listed.map((run) => [run.record.id, run]));
    this.listed = await Promise.all(
      list.value.runs.map(async (record) => {
        const old = before.get(record.id)?.view;
        // A finished run stays so; its host need not be asked again.
        if (old?.ok && old.value.state === 'finished') return { record, view: old };
        const view = await this.watch(record).look();
        if (this.channels.has(record.id)) await this.readLog(record);
        return { record, view };
      }),
    );
    if (!this.isDisposed) this.changed.fire();
  }

  private watch(record: RunRecord): RunWatch {
    let watch = this.watches.get(record.id);
    if (watch === undefined) {
      watch = this.runs.watch(record);
      this.watches.set(record.id, watch);
    }
    return watch;
  }

  /** Reads what is new of a log, at most so many parts at once: a host may write without end. */
  private async readLog(record: RunRecord): Promise<void> {
    const shown = this.channels.get(record.id)!;
    for (let round = 0; round < LOG_PARTS; round++) {
      const part = await this.runs.log(record, shown.offset);
      if (!part.ok || part.value.text.length === 0) return;
      shown.channel.append(part.value.text.toString('utf8'));
      shown.offset = part.value.next;
    }
  }

  private plan(): void {
    clearTimeout(this.timer);
    const isAtWork = this.listed.some(({ view }) => !view?.ok || isRunning(view.value.state));
    if (this.isDisposed || !isAtWork || !(this.isVisible || this.watchers > 0 || this.channels.size > 0))
      return;
    this.timer = setTimeout(() => void this.refresh(), LOOK_MS);
  }
}
