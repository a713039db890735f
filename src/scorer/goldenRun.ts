import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GoldenRun, type ProfileEvent, summarize } from '../core/scores/verdict';
import { Engine, type Loaded } from './engine';
import type { LoadedModel, LoadRequest } from './messages';

/** A model that is loaded only to be tried with the golden input. */
export class GoldenTrial {
  private constructor(
    private readonly engine: Engine,
    private readonly request: LoadRequest,
    private readonly folder: string,
    /** What the CPU says about the model; other providers do not notice ids that it lacks. */
    readonly model: LoadedModel,
  ) {}

  /** Loads the model with a profile in this folder. Faults: as `Engine.create` and `Engine.tryOut`. */
  static async create(request: LoadRequest, folder: string): Promise<Loaded<GoldenTrial>> {
    const engine = await Engine.create(request, join(folder, 'profile'));
    if (!engine.ok) return engine;
    const model = await engine.value.tryOut();
    return model.ok
      ? { ok: true, value: new GoldenTrial(engine.value, request, folder, model.value) }
      : model;
  }

  /** Runs the golden input twice, as the first run may compile, and times the second. Faults: as for a row. */
  async run(): Promise<Loaded<GoldenRun>> {
    const { engine } = this;
    const rows = engine.goldenRows();
    if (!rows.ok) return { ok: false, failure: { fault: rows.fault } };
    const all = rows.value.map(({ ids, positions }) => (this.isPerStep ? positions : [...ids.keys()]));
    const first = await engine.run(rows.value, all);
    if (!first.ok) return first;
    const start = performance.now();
    const second = await engine.run(rows.value, all);
    const ms = performance.now() - start;
    if (!second.ok) return second;
    const scores: number[] = [];
    for (const row of second.value) {
      // What is no number is for the judge to refuse.
      const result = engine.scores(row);
      scores.push(...(result.ok ? result.value : [Number.NaN]));
    }
    const lengths = rows.value.map(({ ids }) => ids.length);
    return {
      ok: true,
      value: {
        raw: second.value.flatMap(({ raw }) => raw),
        scores,
        tokens: lengths.reduce((sum, length) => sum + length, 0),
        longest: Math.max(...lengths),
        ms,
        profile: summarize(await this.events(), this.request.provider),
      },
    };
  }

  private get isPerStep(): boolean {
    return this.request.spec.head.kind === 'rewards';
  }

  private async events(): Promise<ProfileEvent[]> {
    this.engine.endProfile();
    const [name] = await readdir(this.folder);
    if (name === undefined) throw new Error('onnxruntime wrote no profile.');
    return JSON.parse(await readFile(join(this.folder, name), 'utf8')) as ProfileEvent[];
  }
}
