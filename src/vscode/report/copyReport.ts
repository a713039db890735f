import os from 'node:os';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { providerWords } from '../../core/scores/modelInfo';
import type { ModelState } from '../scores/model';
import type { Services } from '../services';
import { type ReportFacts, reportText } from './reportText';

/** Puts versions, settings and the last errors on the clipboard, for an issue; no text of traces. */
export async function copyReport(services: Services): Promise<void> {
  await vscode.env.clipboard.writeText(reportText(await gather(services)));
  const show = t('Show it');
  const message = t('CFPRM: The diagnostic report is on the clipboard. It holds no text of your traces.');
  if ((await vscode.window.showInformationMessage(message, show)) !== show) return;
  const content = await vscode.env.clipboard.readText();
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ content, language: 'markdown' }),
  );
}

async function gather({ context, files, log, model }: Services): Promise<ReportFacts> {
  const { version } = context.extension.packageJSON as { version: string };
  const opened = await Promise.all(files.uris.map((uri) => files.open(uri)));
  return {
    versions: [
      ['CFPRM', version],
      ['VS Code', `${vscode.version} (${vscode.env.appHost})`],
      ['Remote', vscode.env.remoteName ?? 'none'],
      ['Node', process.version],
      ['System', `${os.platform()} ${os.release()} ${os.arch()}`],
      ['Trusted workspace', String(vscode.workspace.isTrusted)],
    ],
    model: modelFacts(model.state),
    settings: changedSettings(context.extension.packageJSON),
    files: opened.flatMap((file) =>
      file.ok
        ? [
            {
              format: file.value.source.format.id,
              bytes: file.value.source.bytes,
              rows: `${file.value.allRows.length} rows`,
            },
          ]
        : [],
    ),
    errors: log.lastErrors,
  };
}

/** What is known about the model; not its name or folder, which may say whose it is. */
function modelFacts(state: ModelState): [string, string][] {
  if (state.kind === 'none') return [];
  if (state.kind === 'failed') return [['state', `failed (${state.fault.kind}): ${state.fault.message}`]];
  if (state.kind !== 'running')
    return [
      ['state', state.kind],
      ['family', state.model.spec.family],
    ];
  const { provider, ...info } = state.scorer.info;
  const { verification } = provider;
  return [
    ['state', state.kind],
    ['family', info.family],
    ['onnxruntime', info.ortVersion],
    ['requested', provider.requested],
    ['used', providerWords(provider)],
    ...(verification === undefined
      ? []
      : ([
          ['largest difference', String(verification.maxDifference)],
          ['heavy operators there', `${verification.heavy.onProvider} of ${verification.heavy.total}`],
        ] as [string, string][])),
    ...provider.rejected.map(({ provider: name, fault }): [string, string] => [
      `not ${name}`,
      `${fault.kind}: ${fault.message}`,
    ]),
    ['tokens per second', String(Math.round(info.tokensPerSecond))],
  ];
}

interface Manifest {
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

function changedSettings(manifest: Manifest): [string, unknown][] {
  const names = Object.keys(manifest.contributes.configuration.properties);
  const all = vscode.workspace.getConfiguration();
  return names.flatMap((name): [string, unknown][] => {
    const found = all.inspect(name);
    const value = found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
    return value === undefined ? [] : [[name, value]];
  });
}
