import { t } from '@vscode/l10n';
import { PROFILE_NAMES, type Provider } from './providers';
import { type Scored, scoreFail } from './scoreFault';

/** One event of onnxruntime's profile, as far as it is read. */
export interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly args?: {
    readonly provider?: string;
    readonly op_name?: string;
    readonly input_type_shape?: readonly { readonly [type: string]: unknown }[];
  };
}

/** How many of the operators that do the work run on a provider. */
export interface HeavyShare {
  readonly onProvider: number;
  readonly total: number;
}

/** What a profile says about a run. */
export interface ProfileSummary {
  readonly heavy: HeavyShare;
  /** Whether the provider took parts of the model as a whole, whose operators are not listed. */
  readonly fused: boolean;
  /** Whether any of the work is done in less than single precision. */
  readonly reduced: boolean;
}

const HEAVY = /MatMul|Gemm|Attention|Softmax|Conv|MoE/u;
const QUANTIZED = /MatMulNBits|MatMulInteger|QLinear|QGemm|QAttention|DynamicQuantize/u;

/** Counts the operators of a profile; an operator that ran several times counts once. */
export function summarize(events: readonly ProfileEvent[], provider: Provider): ProfileSummary {
  const nodes = new Map<string, NonNullable<ProfileEvent['args']>>();
  for (const { cat, name = '', args } of events) {
    if (cat === 'Node' && args?.provider !== undefined) nodes.set(name, args);
  }
  const heavy = [...nodes.values()].filter(({ op_name = '' }) => HEAVY.test(op_name));
  const own = ({ provider: name = '' }: NonNullable<ProfileEvent['args']>) =>
    PROFILE_NAMES[provider].test(name);
  return {
    heavy: { onProvider: heavy.filter(own).length, total: heavy.length },
    fused: [...nodes.values()].some(
      (args) => own(args) && /ExecutionProvider|^CoreML_|^DmlFused/u.test(args.op_name ?? ''),
    ),
    reduced: heavy.some(({ op_name = '', input_type_shape = [] }) => {
      return (
        QUANTIZED.test(op_name) || input_type_shape.some((input) => 'float16' in input || 'bfloat16' in input)
      );
    }),
  };
}

/** What came of the golden input on one provider. */
export interface GoldenRun {
  /** The model's raw numbers, at every position that is no padding. */
  readonly raw: readonly number[];
  /** The scores that come of them. */
  readonly scores: readonly number[];
  /** Tokens of the input, padding left out, and of its longest row. */
  readonly tokens: number;
  readonly longest: number;
  /** Time of a run after the first, in milliseconds. */
  readonly ms: number;
  readonly profile: ProfileSummary;
}

/** What speaks for a provider that was accepted. */
export interface Verification {
  /** Largest difference of a raw number from the CPU's, and of a score. */
  readonly maxDifference: number;
  readonly maxScoreDifference: number;
  readonly heavy: HeavyShare;
  readonly tokensPerSecond: number;
  readonly cpuTokensPerSecond: number;
}

/** Largest differences of raw numbers, as a share of the largest one (or of 1), and of scores. */
export const TOLERANCE = { full: 1e-3, reduced: 5e-2, score: 0.02 } as const;

/** The least share of heavy operators that has to run on the provider. */
const HEAVY_SHARE = 0.9;

/**
 * Whether a provider may be used: it agrees with the CPU on the golden input, does the work itself, and is faster.
 * Faults: `provider-wrong-result`, `provider-partial`, `provider-slower`.
 */
export function judge(provider: Provider, run: GoldenRun, cpu: GoldenRun): Scored<Verification> {
  const maxDifference = largestDifference(run.raw, cpu.raw);
  const maxScoreDifference = largestDifference(run.scores, cpu.scores);
  const scale = cpu.raw.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const reduced = run.profile.reduced || cpu.profile.reduced;
  const allowed = (reduced ? TOLERANCE.reduced : TOLERANCE.full) * scale;
  // Written so that NaN is refused.
  if (!(maxDifference <= allowed && maxScoreDifference <= TOLERANCE.score)) {
    return scoreFail(
      'provider-wrong-result',
      t(
        '{0} computes something else than the CPU: its outputs differ by up to {1} (allowed {2}), its scores by up to {3} (allowed {4}). It is not used; update the driver, or run on another provider.',
        provider,
        digits(maxDifference),
        digits(allowed),
        digits(maxScoreDifference),
        TOLERANCE.score,
      ),
    );
  }
  const heavy = heavyShare(run, cpu);
  if (heavy.total === 0 || heavy.onProvider / heavy.total < HEAVY_SHARE) {
    return scoreFail(
      'provider-partial',
      t(
        '{0} runs only {1} of {2} heavy operators; the others fall back to the CPU. Take a model file in a precision that {0} supports.',
        provider,
        heavy.onProvider,
        heavy.total,
      ),
    );
  }
  const tokensPerSecond = (1000 * run.tokens) / run.ms;
  const cpuTokensPerSecond = (1000 * cpu.tokens) / cpu.ms;
  if (!(tokensPerSecond > cpuTokensPerSecond)) {
    return scoreFail(
      'provider-slower',
      t(
        '{0} is slower than the CPU here: {1} against {2} tokens per second. Perhaps its driver computes in software.',
        provider,
        Math.round(tokensPerSecond),
        Math.round(cpuTokensPerSecond),
      ),
    );
  }
  return {
    ok: true,
    value: { maxDifference, maxScoreDifference, heavy, tokensPerSecond, cpuTokensPerSecond },
  };
}

/** Where a provider takes parts as a whole, what is left on the CPU is counted against the CPU's own profile. */
function heavyShare({ profile }: GoldenRun, cpu: GoldenRun): HeavyShare {
  if (!profile.fused) return profile.heavy;
  const left = profile.heavy.total - profile.heavy.onProvider;
  const total = Math.max(profile.heavy.total, cpu.profile.heavy.total);
  return { onProvider: Math.max(0, total - left), total };
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let k = 0; k < a.length; k++) {
    const difference = Math.abs(a[k]! - b[k]!);
    if (Number.isNaN(difference)) return Number.NaN;
    most = Math.max(most, difference);
  }
  return most;
}

function digits(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(2) : String(value);
}
