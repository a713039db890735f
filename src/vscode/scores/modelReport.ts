import * as vscode from 'vscode';
import { type ModelInfo, providerWords } from '../../core/scores/modelInfo';
import type { ScoreFault } from '../../core/scores/scoreFault';
import { count } from '../../core/trace/words';
import { isDemonstration } from '../../scorer/demonstrationModel';
import type { ModelFolder } from '../../scorer/modelFolder';

/** The scheme of reports on models. */
const SCHEME = 'cfprm-model';

const DEMONSTRATION =
  'It comes with CFPRM, and is there to try things out with: do not rely on its scores. How good it is, beside scores\n' +
  'that need no model, says MODEL_CARD.md in its folder. "CFPRM: Select model…" takes another one, or none.';

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
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.texts.get(uri.toString()) ??
      'This report is of an earlier session. Run "CFPRM: Show model info" again.'
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
    ['model', info.name],
    ['family', info.family],
    ['folder', info.folder],
    ['longest input', `${count(info.maxLength)} tokens`],
    ['licence', info.licence ?? 'not stated'],
    ['trained on', info.trainedOn ?? 'not stated'],
    ['fingerprint', info.fingerprint],
    ['onnxruntime', info.ortVersion],
    ['speed', `${count(Math.round(info.tokensPerSecond))} tokens per second`],
  ];
  const where: [string, string][] = [
    ['requested', provider.requested],
    ['used', providerWords(provider)],
    ['verified', provider.used === 'cpu' ? 'the CPU is what others are compared with' : 'against the CPU'],
  ];
  if (verification !== undefined) {
    const { maxDifference, heavy, tokensPerSecond, cpuTokensPerSecond } = verification;
    where.push(
      ['largest difference', `${maxDifference.toPrecision(2)} in the model's raw numbers`],
      ['heavy operators there', `${heavy.onProvider} of ${heavy.total}`],
      [
        'speed in the trial',
        `${count(Math.round(tokensPerSecond))} tokens per second, the CPU ${count(Math.round(cpuTokensPerSecond))}`,
      ],
    );
  }
  const rejected = provider.rejected.flatMap(({ provider: name, fault }) => [
    '',
    `Not ${name} (${fault.kind}): ${fault.message}`,
    ...detailLines(fault),
  ]);
  const warnings = info.warnings.map((warning) => `⚠ ${warning}`);
  return [
    table(facts),
    ...demonstrationLines(info.folder),
    '',
    'Where it runs',
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
    ['model', spec.name],
    ['family', spec.family],
    ['folder', folder],
    ['fingerprint', fingerprint],
  ]);
  return `${[facts, ...demonstrationLines(folder)].join('\n')}\n\nIt has not run yet: where it can run is found out with the first score.\n`;
}

/** Everything that keeps a folder from being used. */
export function problemsText(folder: string, problems: readonly ScoreFault[]): string {
  const lines = problems.flatMap((fault, index) => [
    `${index + 1}. ${fault.message} (${fault.kind})`,
    ...detailLines(fault),
    '',
  ]);
  return [`${folder} cannot be used as a model yet.`, '', ...lines].join('\n');
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
