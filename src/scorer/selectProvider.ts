import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import type { ProviderReport, RejectedProvider } from '../core/scores/modelInfo';
import { type Provider, type ProviderChoice, providerOrder } from '../core/scores/providers';
import type { Scored, ScoreFault } from '../core/scores/scoreFault';
import { type GoldenRun, judge, type Verification } from '../core/scores/verdict';
import { VERSION } from '../core/version';
import { type ChildOptions, ScorerChild } from './childProcess';
import type { LoadedModel, LoadRequest } from './messages';
import type { ModelFolder } from './modelFolder';

/** What was found out about a provider, to be remembered between sessions; plain JSON. */
export type Verdict =
  | { readonly ok: true; readonly verification: Verification; readonly vocabulary?: number }
  | { readonly ok: false; readonly fault: ScoreFault };

/** Remembers verdicts. A key stands for the tool's version, the model's files, the
 * provider and what is known about its drivers. */
export interface VerdictStore {
  get(key: string): Verdict | undefined;
  set(key: string, verdict: Verdict): void;
}

/** How providers are tried. */
export interface ProbeOptions extends ChildOptions {
  readonly threads: number;
  /** The longest that a provider may take for loading and for the golden input, each; in milliseconds. */
  readonly probeTimeoutMs: number;
  /** The longest that the tokenizer and the chat template may take for one solution, in milliseconds. */
  readonly textLimitMs: number;
  readonly verdicts?: VerdictStore;
  readonly signal?: AbortSignal;
  /** Told before a provider is tried. */
  onProbe?(provider: Provider): void;
}

/** The provider that a model is to run on. */
export interface Selection {
  readonly report: ProviderReport;
  /** How many ids the model knows, where the CPU was asked and found fewer than the tokenizer has. */
  readonly vocabulary?: number;
}

/** Faults that a provider gives at once, and that a new driver or library ends: not worth remembering. */
const FLEETING: ReadonlySet<ScoreFault['kind']> = new Set([
  'provider-not-built',
  'provider-library-missing',
  'provider-no-device',
  'out-of-memory',
  'child-crashed',
  'timeout',
  'cancelled',
]);

/**
 * Finds the provider that a model runs on. `auto` tries those of the platform one at a time, each in a process of its
 * own that is thrown away, and takes the first that proves itself; the CPU needs no proof. A provider that was asked
 * for by name has to prove itself, too. Faults: such a one was refused; the model itself cannot be used.
 */
export async function selectProvider(
  model: ModelFolder,
  requested: ProviderChoice,
  options: ProbeOptions,
): Promise<Scored<Selection>> {
  const order = requested === 'auto' ? providerOrder(process.platform) : [requested];
  const rejected: RejectedProvider[] = [];
  const cpu = new CpuReference(model, options);
  for (const provider of order) {
    if (provider === 'cpu') return { ok: true, value: { report: { requested, used: 'cpu', rejected } } };
    options.onProbe?.(provider);
    const verdict = await remembered(model, provider, options, () => probe(model, provider, options, cpu));
    if (verdict.ok) {
      const { verification, vocabulary } = verdict;
      return {
        ok: true,
        value: { report: { requested, used: provider, verification, rejected }, vocabulary },
      };
    }
    if (requested !== 'auto' || verdict.fault.kind === 'cancelled') return verdict;
    rejected.push({ provider, fault: verdict.fault });
  }
  throw new Error('The CPU is always tried last.');
}

async function remembered(
  model: ModelFolder,
  provider: Provider,
  { verdicts, threads, libraryFolder }: ProbeOptions,
  find: () => Promise<Verdict>,
): Promise<Verdict> {
  const drivers = [
    'VK_DRIVER_FILES',
    'VK_ICD_FILENAMES',
    'LD_LIBRARY_PATH',
    'CUDA_PATH',
    'CUDA_VISIBLE_DEVICES',
  ];
  const known = [
    VERSION,
    model.fingerprint,
    provider,
    threads,
    libraryFolder,
    ...drivers.map((name) => process.env[name]),
  ];
  const key = createHash('sha256').update(JSON.stringify(known)).digest('hex');
  const old = verdicts?.get(key);
  if (old !== undefined) return old;
  const verdict = await find();
  if (verdict.ok || !FLEETING.has(verdict.fault.kind)) verdicts?.set(key, verdict);
  return verdict;
}

async function probe(
  model: ModelFolder,
  provider: Provider,
  options: ProbeOptions,
  cpu: CpuReference,
): Promise<Verdict> {
  const tried = await goldenOn(model, provider, options);
  if (!tried.ok) return tried;
  const reference = await cpu.get();
  if (!reference.ok) return reference;
  const verdict = judge(provider, tried.value.run, reference.value.run);
  if (!verdict.ok) return verdict;
  return { ok: true, verification: verdict.value, vocabulary: reference.value.model.vocabulary };
}

interface Golden {
  readonly run: GoldenRun;
  readonly model: LoadedModel;
}

/** The CPU's answer to the golden input; found once, and only if a provider got so far. */
class CpuReference {
  private answer: Promise<Scored<Golden>> | undefined;

  constructor(
    private readonly model: ModelFolder,
    private readonly options: ProbeOptions,
  ) {}

  get(): Promise<Scored<Golden>> {
    // The CPU may take long with a large model, and there is nothing to fall back to.
    this.answer ??= goldenOn(this.model, 'cpu', { ...this.options, probeTimeoutMs: 30 * 60_000 });
    return this.answer;
  }
}

/** What a provider makes of the golden input, in a process of its own. Faults: all that can go wrong with it. */
export async function goldenOn(
  { folder, spec, relocation }: ModelFolder,
  provider: Provider,
  options: ProbeOptions,
): Promise<Scored<Golden>> {
  const profileFolder = await mkdtemp(join(tmpdir(), 'cfprm-profile-'));
  const child = ScorerChild.start(options);
  const stop = (): void => child.kill();
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  try {
    const { threads, textLimitMs } = options;
    const limits = { threads, textLimitMs };
    const request: LoadRequest = { folder, spec, provider, ...limits, profileFolder, relocation };
    const subject = t('{0} on {1}', spec.name, provider);
    const limit = options.probeTimeoutMs;
    const loaded = await child.call({ type: 'load', request }, 'loaded', subject, limit);
    if (!loaded.ok) return cancelledOr(loaded, options.signal);
    const run = await child.call({ type: 'golden' }, 'golden', subject, limit);
    if (!run.ok) return cancelledOr(run, options.signal);
    return { ok: true, value: { run: run.value.run, model: loaded.value.model } };
  } finally {
    options.signal?.removeEventListener('abort', stop);
    child.kill();
    await child.exited;
    await rm(profileFolder, { recursive: true, force: true });
  }
}

/** A child that was killed on purpose did not crash. */
function cancelledOr<T>(failed: Scored<T>, signal: AbortSignal | undefined): Scored<T> {
  if (!signal?.aborted) return failed;
  return { ok: false, fault: { kind: 'cancelled', message: 'Cancelled.' } };
}
