import { t } from '@vscode/l10n';
import type { FamilyId, OperatingPoints } from './modelSpec';
import type { Provider, ProviderChoice } from './providers';
import type { ScoreFault } from './scoreFault';
import type { Verification } from './verdict';

/** A provider that was tried and is not used. */
export interface RejectedProvider {
  readonly provider: Provider;
  readonly fault: ScoreFault;
}

/** Where a model runs, and how that was found out. */
export interface ProviderReport {
  readonly requested: ProviderChoice;
  readonly used: Provider;
  /** What speaks for it; undefined for the CPU, which is what others are compared with. */
  readonly verification?: Verification;
  readonly rejected: readonly RejectedProvider[];
}

/** What stands beside scores, so that they can be told from those of another model. */
export interface ModelIdentity {
  readonly name: string;
  readonly family: FamilyId;
  /** Tells models apart by their files: hexadecimal digits. */
  readonly fingerprint: string;
}

/** Everything that is known about a model that is at work. */
export interface ModelInfo extends ModelIdentity {
  readonly folder: string;
  readonly maxLength: number;
  readonly licence?: string;
  readonly trainedOn?: string;
  /** What colours go by; absent where no validation is known. */
  readonly operatingPoints?: OperatingPoints;
  readonly ortVersion: string;
  readonly provider: ProviderReport;
  /** Of all runs so far; at first of a short trial. */
  readonly tokensPerSecond: number;
  readonly warnings: readonly string[];
}

/** Where a model runs, for a status bar: "webgpu (verified)", "CPU"; why not elsewhere stands in the report. */
export function providerName({ used, verification }: ProviderReport): string {
  if (used === 'cpu') return 'CPU';
  return verification === undefined ? used : t('{0} (verified)', used);
}

/** Where a model runs, and why not elsewhere: "webgpu (verified)", "CPU (cuda: no device)". */
export function providerWords(report: ProviderReport): string {
  const { used, requested, rejected } = report;
  const [first] = rejected;
  if (used !== 'cpu' || requested === 'cpu' || first === undefined) return providerName(report);
  return `CPU (${first.provider}: ${KIND_WORDS[first.fault.kind] ?? first.fault.kind.replaceAll('-', ' ')})`;
}

const KIND_WORDS: { readonly [kind in ScoreFault['kind']]?: string } = {
  'provider-not-built': t('not on this platform'),
  'provider-library-missing': t('a library is missing'),
  'provider-no-device': t('no device'),
  'provider-wrong-result': t('wrong results'),
  'provider-slower': t('slower than the CPU'),
  'provider-partial': t('runs only parts of the model'),
  'out-of-memory': t('not enough memory'),
  'child-crashed': t('crashed'),
};
