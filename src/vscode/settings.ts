import * as vscode from 'vscode';
import type { SplitRule } from '../core/formats/splitText';
import { type Thresholds, USUAL_THRESHOLDS } from '../core/scores/levels';
import type { ProviderChoice } from '../core/scores/providers';

/** What a chip in the raw editor shows. */
export type InlineContent = 'label' | 'score' | 'both';

/** The extension's settings, read afresh at each use so that a change takes effect at once. */
export const settings = {
  /** Trajectories per page of the trace view. */
  pageSize: (): number => clamp(get<number>('trace.pageSize'), 10, 500),
  /** Where colours of scores change; undefined unless the user has set one of the two. */
  thresholds: (): Thresholds | undefined => {
    const { low, high } = get<Partial<Thresholds>>('thresholds');
    if (low === undefined && high === undefined) return undefined;
    return { low: low ?? USUAL_THRESHOLDS.low, high: high ?? USUAL_THRESHOLDS.high };
  },
  /** The score below which a step counts as predicted wrong, in (0, 1). */
  decision: (): number => {
    const { decision } = get<{ decision?: number }>('thresholds');
    return decision !== undefined && decision > 0 && decision < 1 ? decision : 0.5;
  },
  inlineEnabled: (): boolean => get<boolean>('inline.enabled'),
  inlineContent: (): InlineContent => get<InlineContent>('inline.content'),
  /** How whole texts are split into steps; undefined leaves it to the format. */
  split: (): SplitRule | undefined => {
    const rule = get<SplitRule | 'auto'>('format.split');
    return rule === 'auto' ? undefined : rule;
  },
  /** The folder of the model, as written; empty for none. */
  modelPath: (): string => get<string>('model.path'),
  provider: (): ProviderChoice => get<ProviderChoice>('model.provider'),
  /** A folder of native libraries; undefined for none. */
  libraryFolder: (): string | undefined => get<string>('model.libraryFolder') || undefined,
  /** Whether what is visible is scored without being asked. */
  autoScore: (): boolean => get<'visible' | 'off'>('score.auto') === 'visible',
  /** Size of the cache of computed scores, in 2^20 bytes. */
  cacheMegabytes: (): number => clamp(get<number>('score.cacheMegabytes'), 1, 4096),
  /** Training profiles, as JSON; see `parseProfiles`. */
  profiles: (): unknown => get<unknown>('profiles'),
  /** Field mapping for files of no known format, as JSON; see `parseMapping`. */
  mapping: (): unknown => get<unknown>('format.mapping'),
};

/** Flips the chips in the raw editor: for the workspace where its settings decide, else for the user. */
export async function toggleInline(): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('cfprm');
  const isOfWorkspace = configuration.inspect('inline.enabled')?.workspaceValue !== undefined;
  const { Global, Workspace } = vscode.ConfigurationTarget;
  const target = isOfWorkspace ? Workspace : Global;
  await configuration.update('inline.enabled', !settings.inlineEnabled(), target);
}

/** Replaces the training profiles, for the user. */
export async function saveProfiles(profiles: object): Promise<void> {
  const target = vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration('cfprm').update('profiles', profiles, target);
}

function get<T>(key: string): T {
  return vscode.workspace.getConfiguration('cfprm').get<T>(key)!;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, Math.round(value)));
}
