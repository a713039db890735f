import type { Solution } from '../core/scores/compose';
import type { ModelInfo } from '../core/scores/modelInfo';
import type { Scored, ScoreFault } from '../core/scores/scoreFault';
import { type ScoreCache, solutionKey } from './scoreCache';
import type { ScoreOptions, Scorer } from './scorer';
import type { StepScores } from './taskQueue';

/** What scores solutions: a scorer, or one that remembers. */
export interface SolutionScorer {
  readonly info: ModelInfo;
  /** Why it can score no more. */
  readonly fault: ScoreFault | undefined;
  /** See `Scorer.score`. */
  score(solutions: readonly Solution[], options?: ScoreOptions): Promise<Scored<StepScores>[]>;
}

/** A scorer that gives what it knows from the cache, runs the rest and keeps that. */
export class CachedScorer implements SolutionScorer {
  constructor(
    private readonly scorer: Scorer,
    private readonly cache: ScoreCache,
  ) {}

  get info(): ModelInfo {
    return this.scorer.info;
  }

  get fault(): ScoreFault | undefined {
    return this.scorer.fault;
  }

  async score(solutions: readonly Solution[], options: ScoreOptions = {}): Promise<Scored<StepScores>[]> {
    const { info } = this.scorer;
    const results = new Array<Scored<StepScores>>(solutions.length);
    const missing: number[] = [];
    const keys = solutions.map(solutionKey);
    keys.forEach((key, index) => {
      const known = this.cache.get(info.fingerprint, key);
      if (known === undefined) missing.push(index);
      // How many tokens a remembered solution had is not remembered: none were run.
      else results[index] = { ok: true, value: { scores: known.scores, tokens: 0 } };
      if (known !== undefined) options.onScored?.(index, results[index]!);
    });
    const wanted = missing.map((index) => solutions[index]!);
    const onScored = (at: number, result: Scored<StepScores>): void => {
      if (result.ok) {
        const { fingerprint, name, family, provider } = info;
        const key = keys[missing[at]!]!;
        this.cache.put(key, { name, family, fingerprint }, provider.used, result.value.scores);
      }
      options.onScored?.(missing[at]!, result);
    };
    const run = await this.scorer.score(wanted, { ...options, onScored });
    run.forEach((result, at) => {
      results[missing[at]!] = result;
    });
    return results;
  }
}
