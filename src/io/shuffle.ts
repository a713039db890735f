import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSink } from '../core/merge/byteSink';
import { Random } from '../core/merge/random';
import { fail, ok, type Result } from '../core/result';
import { OutputFile } from './outputFile';
import { CANCELLED, streamRows } from './rowStream';

/** A bucket up to this size is shuffled in memory; a larger one is dealt out again. They are made for half of it. */
const IN_MEMORY = 16 * 1024 * 1024;
/** Buckets per round. */
const MOST_BUCKETS = 64;
const BUCKET_BUFFER = 128 * 1024;
/** Rounds after which a bucket is shuffled in memory whatever its size: it can only be one of few huge rows. */
const MOST_ROUNDS = 6;

const NEWLINE = new Uint8Array([0x0a]);

/**
 * Shuffles more lines than fit in memory (Rao 1961, Sandelius 1962): every line goes to a random bucket file,
 * every bucket is then shuffled by itself, and all are written one after the other. Every order is equally
 * likely, and the same seed over the same lines gives the same order.
 */
export class Shuffler {
  private readonly buckets: OutputFile[] = [];
  /** Lines per bucket. */
  private readonly lines: number[] = [];
  private made = 0;

  private constructor(
    private readonly folder: string,
    private readonly random: Random,
    private readonly round: number,
    private readonly name: string,
    private readonly inMemory: number,
  ) {}

  /**
   * @param bytes how much is to come, roughly; decides on the number of buckets, and so on the order
   * @param inMemory bytes that are shuffled in memory; decides on the order, too
   */
  static async create(folder: string, seed: number, bytes: number, inMemory = IN_MEMORY): Promise<Shuffler> {
    return Shuffler.deal(folder, new Random(seed), 0, 'bucket', bytes, inMemory);
  }

  private static async deal(
    folder: string,
    random: Random,
    round: number,
    name: string,
    bytes: number,
    inMemory: number,
  ): Promise<Shuffler> {
    const shuffler = new Shuffler(folder, random, round, name, inMemory);
    const count = Math.min(MOST_BUCKETS, Math.max(1, Math.ceil((2 * bytes) / inMemory)));
    try {
      for (; shuffler.made < count; shuffler.made++) {
        shuffler.buckets.push(await OutputFile.create(shuffler.path(shuffler.made), BUCKET_BUFFER, false));
        shuffler.lines.push(0);
      }
      return shuffler;
    } catch (error) {
      await shuffler.abandon();
      throw error;
    }
  }

  /** A random bucket's sink, for one line with its line end. */
  sink(): ByteSink {
    const bucket = this.random.below(this.buckets.length);
    this.lines[bucket]!++;
    return this.buckets[bucket]!.sink;
  }

  /** The first error of writing, if there was one. */
  get error(): unknown {
    return this.buckets.find((bucket) => bucket.error !== undefined)?.error;
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    for (const bucket of this.buckets) await bucket.flush();
  }

  /** Writes all lines in random order and removes the buckets. Fault: cancelled. Errors of files are thrown. */
  async finish(out: OutputFile, signal?: AbortSignal): Promise<Result<void>> {
    const sizes: number[] = [];
    for (const bucket of this.buckets) sizes.push((await bucket.finish()).bytes);
    for (let k = 0; k < sizes.length; k++) {
      if (signal?.aborted) return fail(CANCELLED);
      const path = this.path(k);
      const small = sizes[k]! <= this.inMemory || this.lines[k]! < 2 || this.round === MOST_ROUNDS;
      if (small) await this.shuffleFile(path, out);
      else {
        const done = await this.dealAgain(path, sizes[k]!, out, signal);
        if (!done.ok) return done;
      }
      await rm(path, { force: true });
    }
    return ok(undefined);
  }

  /** Closes the buckets of a merge that failed. */
  async abandon(): Promise<void> {
    for (const bucket of this.buckets) await bucket.abandon();
  }

  private path(bucket: number): string {
    return join(this.folder, `${this.name}-${bucket}`);
  }

  private async shuffleFile(path: string, out: OutputFile): Promise<void> {
    const bytes = await readFile(path);
    const ends: number[] = [0];
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) ends.push(at + 1);
    const lines = Array.from({ length: ends.length - 1 }, (_, k) => k);
    this.random.shuffle(lines);
    for (const line of lines) {
      out.sink.copy(bytes, ends[line]!, ends[line + 1]!);
      await out.flush();
    }
  }

  private async dealAgain(
    path: string,
    bytes: number,
    out: OutputFile,
    signal: AbortSignal | undefined,
  ): Promise<Result<void>> {
    const name = `${this.name}-${this.made++}x`;
    const inner = await Shuffler.deal(this.folder, this.random, this.round + 1, name, bytes, this.inMemory);
    try {
      const visitor = {
        row(buffer: Uint8Array, start: number, end: number): void {
          const sink = inner.sink();
          sink.copy(buffer, start, end);
          sink.put(NEWLINE);
        },
        flush: () => inner.flush(),
      };
      const dealt = await streamRows(path, 'lines', visitor, { signal });
      if (inner.error !== undefined) throw inner.error;
      return dealt.ok ? await inner.finish(out, signal) : dealt;
    } finally {
      await inner.abandon();
    }
  }
}
