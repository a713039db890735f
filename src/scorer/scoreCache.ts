import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import { LRUCache } from 'lru-cache';
import { errorWords } from '../core/result';
import type { Solution } from '../core/scores/compose';
import type { ModelIdentity } from '../core/scores/modelInfo';

/** Scores of a solution as a model gave them. */
export interface CachedScores {
  /** Name and fingerprint of the model. */
  readonly model: string;
  readonly fingerprint: string;
  readonly provider: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** One per step. */
  readonly scores: readonly number[];
}

/** How a cache is kept. */
export interface ScoreCacheOptions {
  /** Bytes that its files, and about what it holds in memory, may take. */
  readonly limitBytes: number;
  /** Told once of each kind of trouble: files that cannot be read or written. The cache goes on in memory. */
  onTrouble(message: string): void;
}

/** A limit is spread over this many files, of which the oldest goes when a new one is begun. */
const SEGMENTS = 8;
const SUFFIX = '.scores.jsonl';
const FLUSH_MS = 500;
/** Bytes that an entry takes beside its scores, and per score. */
const ENTRY_BYTES = 200;
const SCORE_BYTES = 16;
/** Models whose scores of one solution are kept. */
const MODELS = 3;

type Line =
  | { readonly model: string; readonly fingerprint: string }
  | { readonly k: string; readonly p: string; readonly t: number; readonly s: readonly number[] };

/** What tells solutions apart: a hash of problem and steps. */
export function solutionKey({ problem, steps }: Solution): string {
  return createHash('sha256')
    .update(JSON.stringify([problem, steps]))
    .digest('base64url')
    .slice(0, 22);
}

/**
 * Computed scores, by model and solution, that survive restarts. In memory the solutions that were not asked for
 * longest go first; on disk each process appends to files of its own, and the oldest file goes when all together
 * are too large. A line that was cut off by a crash is passed over.
 */
export class ScoreCache {
  private readonly entries: LRUCache<string, readonly CachedScores[]>;
  private readonly told = new Set<string>();
  private lines: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private segment: { readonly file: FileHandle; bytes: number; modelLine: string } | undefined;

  private constructor(
    private readonly folder: string,
    private readonly options: ScoreCacheOptions,
  ) {
    const sizeCalculation = (list: readonly CachedScores[]): number =>
      list.reduce((sum, { scores }) => sum + ENTRY_BYTES + SCORE_BYTES * scores.length, 0);
    this.entries = new LRUCache({ maxSize: Math.max(1, options.limitBytes), sizeCalculation });
  }

  /** Opens the cache in a folder, which is made if need be. */
  static async open(folder: string, options: ScoreCacheOptions): Promise<ScoreCache> {
    const cache = new ScoreCache(folder, options);
    await cache.load();
    return cache;
  }

  /** The model's scores of a solution. */
  get(fingerprint: string, key: string): CachedScores | undefined {
    return this.entries.get(key)?.find((entry) => entry.fingerprint === fingerprint);
  }

  /** The latest scores of a solution, whichever model gave them. */
  latest(key: string): CachedScores | undefined {
    return this.entries.get(key)?.[0];
  }

  /** Keeps scores, and writes them within half a second. */
  put(key: string, { name, fingerprint }: ModelIdentity, provider: string, scores: readonly number[]): void {
    const entry = { model: name, fingerprint, provider, time: Date.now(), scores };
    this.keep(key, entry);
    this.lines.push(JSON.stringify({ model: name, fingerprint } satisfies Line));
    this.lines.push(JSON.stringify({ k: key, p: provider, t: entry.time, s: scores } satisfies Line));
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Writes what waits; returns when it is written. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  /** Writes what waits and ends. */
  async close(): Promise<void> {
    await this.flush();
    await this.segment?.file.close();
    this.segment = undefined;
  }

  private keep(key: string, entry: CachedScores): void {
    const others = (this.entries.get(key) ?? []).filter(
      ({ fingerprint }) => fingerprint !== entry.fingerprint,
    );
    this.entries.set(key, [entry, ...others].slice(0, MODELS));
  }

  private async load(): Promise<void> {
    for (const name of await this.segments()) {
      try {
        this.read(await readFile(join(this.folder, name), 'utf8'), name);
      } catch (error) {
        this.tell(
          'read',
          t(
            '{0} cannot be read ({1}); its scores are computed again.',
            join(this.folder, name),
            errorWords(error),
          ),
        );
      }
    }
  }

  private read(text: string, name: string): void {
    let model: { model: string; fingerprint: string } | undefined;
    const lines = text.split('\n');
    // The last one is empty, or was cut off.
    lines.pop();
    for (const line of lines) {
      const value = parseLine(line);
      if (value === undefined) {
        this.tell(
          'line',
          t('{0} holds lines that are no scores; they are computed again.', join(this.folder, name)),
        );
      } else if ('fingerprint' in value) model = value;
      else if (model !== undefined) {
        const { k, p, t, s } = value;
        this.keep(k, { ...model, provider: p, time: t, scores: s });
      }
    }
  }

  /** The files, oldest first. */
  private async segments(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => name.endsWith(SUFFIX)).sort();
  }

  private async write(): Promise<void> {
    const { lines } = this;
    if (lines.length === 0) return;
    this.lines = [];
    try {
      this.segment ??= await this.begin();
      const text = withoutRepeats(lines, this.segment.modelLine);
      await this.segment.file.appendFile(text.text);
      this.segment.modelLine = text.modelLine;
      this.segment.bytes += Buffer.byteLength(text.text);
      if (this.segment.bytes < this.options.limitBytes / SEGMENTS) return;
      await this.segment.file.close();
      this.segment = undefined;
    } catch (error) {
      this.tell(
        'write',
        t('Scores cannot be kept in {0} ({1}). They hold for this session.', this.folder, errorWords(error)),
      );
    }
  }

  private async begin() {
    await mkdir(this.folder, { recursive: true });
    await this.makeRoom();
    const name = `${Date.now()}-${randomUUID().slice(0, 8)}${SUFFIX}`;
    return { file: await open(join(this.folder, name), 'a'), bytes: 0, modelLine: '' };
  }

  /** Removes the oldest files until another one fits. */
  private async makeRoom(): Promise<void> {
    const names = await this.segments();
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(this.folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    let total = sizes.reduce((sum, size) => sum + size, 0);
    for (const [index, name] of names.entries()) {
      if (total <= this.options.limitBytes * (1 - 1 / SEGMENTS)) return;
      await rm(join(this.folder, name), { force: true });
      total -= sizes[index]!;
    }
  }

  private tell(kind: string, message: string): void {
    if (this.told.has(kind)) return;
    this.told.add(kind);
    this.options.onTrouble(message);
  }
}

/** The lines as text, a model named only where it is another one than before. */
function withoutRepeats(lines: readonly string[], before: string): { text: string; modelLine: string } {
  let modelLine = before;
  let text = '';
  for (const line of lines) {
    const isModel = line.startsWith('{"model"');
    if (isModel && line === modelLine) continue;
    if (isModel) modelLine = line;
    text += `${line}\n`;
  }
  return { text, modelLine };
}

function parseLine(line: string): Line | undefined {
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    const { model, fingerprint, k, p, t, s } = value;
    if (typeof model === 'string' && typeof fingerprint === 'string') return { model, fingerprint };
    const isScores = Array.isArray(s) && s.every((score) => typeof score === 'number');
    if (typeof k === 'string' && typeof p === 'string' && typeof t === 'number' && isScores)
      return { k, p, t, s };
  } catch {
    // No JSON: told as a line that holds no scores.
  }
  return undefined;
}
