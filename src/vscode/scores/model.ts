import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Provider } from '../../core/scores/providers';
import { type Scored, type ScoreFault, scoreFail } from '../../core/scores/scoreFault';
import { Turns } from '../../core/turns';

import { demonstrationModel, isDemonstration, NO_MODEL } from '../../scorer/demonstrationModel';
import { type ModelFolder, openModelFolder } from '../../scorer/modelFolder';
import { Scorer } from '../../scorer/scorer';
import type { Verdict, VerdictStore } from '../../scorer/selectProvider';
import type { Log } from '../log';
import { settings } from '../settings';
import { allowedData } from './allowedData';
import { modelPathIn } from './modelPath';

/** What is known about the model that the settings name. */
export type ModelState =
  | { readonly kind: 'none' }
  /** Its folder is good; it is started when scores are wanted. */
  | { readonly kind: 'idle'; readonly model: ModelFolder }
  | { readonly kind: 'starting'; readonly model: ModelFolder; readonly trying?: Provider }
  | { readonly kind: 'running'; readonly model: ModelFolder; readonly scorer: Scorer }
  | { readonly kind: 'failed'; readonly fault: ScoreFault; readonly model?: ModelFolder };

/** What to do where there is no model. */
export const NONE_SELECTED = t('No model is selected. Run "CFPRM: Select model…" first.');
const VERDICTS = 'cfprm.providerVerdicts';
/** Verdicts on providers that are remembered. */
const REMEMBERED = 40;

/**
 * The model that the settings name, and the process that it runs in: started when first needed, one at a time, and
 * anew when the settings change.
 */
export class Model implements vscode.Disposable {
  private current: ModelState = { kind: 'none' };
  private readonly changed = new vscode.EventEmitter<ModelState>();
  /** Fires when the state changes, and when the scorer begins or ends work. */
  readonly onDidChange = this.changed.event;
  /** Everything that changes the state, one after the other. */
  private readonly turns = new Turns();
  private starting: AbortController | undefined;
  private readonly events: vscode.Disposable;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: Log,
  ) {
    this.events = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cfprm.model')) void this.reload();
      }),
      // A relative folder may be used now.
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.reload()),
    );
    void this.reload();
  }

  get state(): ModelState {
    return this.current;
  }

  /** The folder that is good, whether it runs or not. */
  get folder(): ModelFolder | undefined {
    return this.current.kind === 'none' ? undefined : this.current.model;
  }

  /** Stops what runs and looks at the settings again. */
  reload(): Promise<void> {
    this.starting?.abort();
    return this.turns.take(async () => {
      await this.end();
      const folder = modelPath();
      if (folder === undefined) return this.set({ kind: 'none' });
      if (!folder.ok) return this.set(this.failed(folder.fault));
      this.starting = new AbortController();
      const { signal } = this.starting;
      const model = await openModelFolder(folder.value, { allowedData: allowedData(this.context), signal });
      // The settings changed meanwhile: the next one in turn looks at them.
      if (signal.aborted) return;
      this.set(model.ok ? { kind: 'idle', model: model.value } : this.failed(model.fault));
    });
  }

  /** The scorer, started now if it is not running. Faults: no model, or it cannot be used. */
  scorer(): Promise<Scored<Scorer>> {
    return this.turns.take(async (): Promise<Scored<Scorer>> => {
      const { current } = this;
      if (current.kind === 'none') return scoreFail('model-not-found', NONE_SELECTED);
      if (current.kind === 'running') return { ok: true, value: current.scorer };
      if (current.kind === 'failed' && current.model === undefined)
        return { ok: false, fault: current.fault };
      return this.start(current.model!);
    });
  }

  /** Ends the process; the next use starts it again. */
  dispose(): void {
    this.starting?.abort();
    this.events.dispose();
    if (this.current.kind === 'running') void this.current.scorer.stop();
    this.changed.dispose();
  }

  private async start(model: ModelFolder): Promise<Scored<Scorer>> {
    this.set({ kind: 'starting', model });
    this.starting = new AbortController();
    const started = await Scorer.start(model.folder, {
      provider: settings.provider(),
      libraryFolder: settings.libraryFolder(),
      allowedData: allowedData(this.context),
      // The editor stays quick on a machine of few processors.
      inBackground: true,
      verdicts: rememberedVerdicts(this.context.globalState),
      signal: this.starting.signal,
      onProbe: (trying) => this.set({ kind: 'starting', model, trying }),
    });
    this.starting = undefined;
    if (!started.ok) {
      const { fault } = started;
      // Nobody asked for the demonstration model: where onnxruntime is missing, there is just no model.
      if (fault.kind === 'binding-missing' && isDemonstration(model.folder)) this.set({ kind: 'none' });
      else this.set(fault.kind === 'cancelled' ? { kind: 'idle', model } : this.failed(fault, model));
      return started;
    }
    const scorer = started.value;
    const { name, provider, warnings } = scorer.info;
    this.log.info(`${name} in ${model.folder}: ${provider.used}`);
    for (const warning of warnings) this.log.warn(warning);
    scorer.onState((state) => {
      if (this.current.kind !== 'running' || this.current.scorer !== scorer) return;
      if (state === 'restarting') this.log.warn(`The process of ${name} ended; it is started again.`);
      if (state === 'failed') this.set(this.failed(scorer.fault!, model));
      else this.changed.fire(this.current);
    });
    this.set({ kind: 'running', model, scorer });
    return started;
  }

  private async end(): Promise<void> {
    const { current } = this;
    if (current.kind !== 'running') return;
    this.current = { kind: 'idle', model: current.model };
    await current.scorer.stop();
  }

  private failed(fault: ScoreFault, model?: ModelFolder): ModelState {
    this.log.error(`${fault.kind}: ${fault.message}${fault.detail === undefined ? '' : `\n${fault.detail}`}`);
    return { kind: 'failed', fault, model };
  }

  private set(state: ModelState): void {
    this.current = state;
    this.changed.fire(state);
  }
}

/** Whether the settings ask for a model, were it the demonstration model; known before it is looked at. */
export function isModelWanted(): boolean {
  return modelPath() !== undefined;
}

/**
 * The folder that the settings name, or the demonstration model's if they name none; undefined if they say that there
 * is to be none. Faults: see `modelPathIn`.
 */
function modelPath(): Scored<string> | undefined {
  const named = settings.modelPath().trim();
  if (named === NO_MODEL) return undefined;
  if (named === '') {
    const own = demonstrationModel();
    return own === undefined ? undefined : { ok: true, value: own };
  }
  const { workspaceFolders, isTrusted } = vscode.workspace;
  return modelPathIn(named, { folder: workspaceFolders?.[0]?.uri.fsPath, isTrusted });
}

function rememberedVerdicts(memory: vscode.Memento): VerdictStore {
  const all = new Map<string, Verdict>(memory.get<[string, Verdict][]>(VERDICTS, []));
  return {
    get: (key) => all.get(key),
    set(key, verdict) {
      all.set(key, verdict);
      void memory.update(VERDICTS, [...all].slice(-REMEMBERED));
    },
  };
}
