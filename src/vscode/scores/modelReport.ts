import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { plainText } from '../../core/runs/logText';
import { validationWords } from '../../core/scores/levels';
import { type ModelInfo, providerWords } from '../../core/scores/modelInfo';
import type { ScoreFault } from '../../core/scores/scoreFault';
import { count } from '../../core/trace/words';
import { isDemonstration } from '../../scorer/demonstrationModel';
import type { ModelFolder } from '../../scorer/modelFolder';

/** The scheme of reports on models. */
const SCHEME = 'cfprm-model';

const DEMONSTRATION = t(
  'This small model comes with CFPRM for trying things out: do not rely on its scores. MODEL_CARD.md in its folder\ncompares it with scores that need no model. To use another model, or none, run "CFPRM: Select model…".',
);

/** Shows what is known about a model, or about a folder that is none yet, as a read-only text. */
export class ModelReport implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor() {
    this.disposables = [this.changed, vscode.workspace.registerTextDocumentContentProvider(SCHEME, this)];
  }

  /** Opens a report under a name; an older one of the same name is replaced. */
  async show(name: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.txt` });
    // What a library said on its way comes in the colours of a terminal.
    this.texts.set(uri.toString(), plainText(text));
    this.changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.texts.get(uri.toString()) ??
      t('This report is of an earlier session. Run "CFPRM: Show model info" again.')
    );
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}

/** A model at work: what it is, where it runs, and how that was found out. */
export function modelInfoText(info: ModelInfo): string {
  const { provider } = info;
  const { verification } = provider;
  const facts: [string, string][] = [
    [t('model'), info.name],
    [t('family'), info.family],
    [t('folder'), info.folder],
    [t('longest input'), t('{0} tokens', count(info.maxLength))],
    [t('licence'), info.licence ?? t('not stated')],
    [t('trained on'), info.trainedOn ?? t('not stated')],
    [t('validation'), validationWords(info.operatingPoints)],
    [t('fingerprint'), info.fingerprint],
    ['onnxruntime', info.ortVersion],
    [t('speed'), t('{0} tokens per second', count(Math.round(info.tokensPerSecond)))],
  ];
  const where: [string, string][] = [
    [t('requested'), provider.requested],
    [t('used'), providerWords(provider)],
    [
      t('verified'),
      provider.used === 'cpu' ? t('the CPU is what others are compared with') : t('against the CPU'),
    ],
  ];
  if (verification !== undefined) {
    const { maxDifference, heavy, tokensPerSecond, cpuTokensPerSecond } = verification;
    where.push(
      [t('largest difference'), t("{0} in the model's raw numbers", maxDifference.toPrecision(2))],
      [t('heavy operators there'), t('{0} of {1}', heavy.onProvider, heavy.total)],
      [
        t('speed in the trial'),
        t(
          '{0} tokens per second, the CPU {1}',
          count(Math.round(tokensPerSecond)),
          count(Math.round(cpuTokensPerSecond)),
        ),
      ],
    );
  }
  const rejected = provider.rejected.flatMap(({ provider: name, fault }) => [
    '',
    t('Not {0} ({1}): {2}', name, fault.kind, fault.message),
    ...detailLines(fault),
  ]);
  const warnings = info.warnings.map((warning) => `⚠ ${warning}`);
  return [
    table(facts),
    ...demonstrationLines(info.folder),
    '',
    t('Where it runs'),
    table(where),
    ...rejected,
    ...(warnings.length > 0 ? ['', ...warnings] : []),
    '',
  ].join('\n');
}

function demonstrationLines(folder: string): string[] {
  return isDemonstration(folder) ? ['', DEMONSTRATION] : [];
}

/** A model that was not started yet. */
export function idleModelText({ folder, spec, fingerprint }: ModelFolder): string {
  const facts = table([
    [t('model'), spec.name],
    [t('family'), spec.family],
    [t('folder'), folder],
    [t('validation'), validationWords(spec.operatingPoints)],
    [t('fingerprint'), fingerprint],
  ]);
  const words = t('It has not run yet. CFPRM finds out where it can run when it scores the first step.');
  return `${[facts, ...demonstrationLines(folder)].join('\n')}\n\n${words}\n`;
}

/** Everything that keeps a folder from being used. */
export function problemsText(folder: string, problems: readonly ScoreFault[]): string {
  const lines = problems.flatMap((fault, index) => [
    `${index + 1}. ${fault.message} (${fault.kind})`,
    ...detailLines(fault),
    '',
  ]);
  return [t('{0} cannot be used as a model yet.', folder), '', ...lines].join('\n');
}

function detailLines({ detail }: ScoreFault): string[] {
  return (detail ?? '').trim() === ''
    ? []
    : detail!
        .trim()
        .split('\n')
        .map((line) => `    ${line}`);
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}
