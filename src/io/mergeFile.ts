import { isUtf8 } from 'node:buffer';
import { statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { t } from '@vscode/l10n';
import { scanRoom } from '../core/jsonl/scanRoom';
import {
  blockFile,
  type Manifest,
  MIXED_FILE,
  manifestRows,
  manifestText,
  plannedBlocks,
  recordedOptions,
} from '../core/merge/manifest';
import { Merger } from '../core/merge/merger';
import type { MergeOptions } from '../core/merge/options';
import { fail, faultWords, ok, type Result } from '../core/result';
import { size } from '../core/trace/words';
import { VERSION } from '../core/version';
import { AtomicFolder } from './atomicFolder';
import { bytesToUnpack, exactBytes, holdBytes } from './byteSource';
import type { Digest } from './fileDigest';
import { haltFault, mergeDryRun } from './mergeDryRun';
import { MANIFEST_FILE } from './mergeFolder';
import { chunkFor, passesOf } from './mergeTurn';
import { openSource, type Source, type SourceChoice } from './openSource';
import { OutputFile } from './outputFile';
import { spareOwnPlaces } from './ownFiles';
import { estimatedBytes } from './previewMerge';
import { checkBalance } from './rowBalance';
import { openLabels } from './rowPass';
import { CANCELLED, type StreamEnd, streamRows } from './rowStream';
import { Shuffler } from './shuffle';
import type { SourceLabels } from './sourceLabels';
import { SourceWatch } from './sourceWatch';
import { writeFault } from './writeFault';

/** One merge of a file into a folder. */
export interface MergeJob extends SourceChoice {
  readonly source: string;
  /** The folder that is written; must not exist, unless `force`. */
  readonly out: string;
  readonly options: MergeOptions;
  /** Replace an existing folder, in one step. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  onProgress?(doneBytes: number, totalBytes: number): void;
}

/** Memory for the buffers of all blocks together, and the limits for one. */
const BUFFERS = 16 * 1024 * 1024;
const LEAST_BUFFER = 16 * 1024;
const MOST_BUFFER = 1024 * 1024;
/** How much of the source the check for free space merges first. */
const SAMPLE = 2 * 1024 * 1024;

/**
 * Merges a trajectory file into a folder of window files and a manifest, in flat memory. The folder appears when
 * it is complete; a fault, which a cancelled signal gives too, leaves nothing.
 *
 * Faults: those of `openSource`, no readable row, a source that was merged before or that changes meanwhile, an
 * existing target without `force`, too little space, a full disk, cancelled.
 */
export async function mergeFile(job: MergeJob): Promise<Result<Manifest>> {
  const release = await holdBytes(job.source);
  try {
    return await mergeHeld(job);
  } finally {
    await release();
  }
}

async function mergeHeld(job: MergeJob): Promise<Result<Manifest>> {
  const { format, mapping, split } = job;
  const source = await openSource(job.source, { format, mapping, split });
  if (!source.ok) return source;
  const labels = await openLabels(job.source, job);
  if (!labels.ok) return labels;
  const force = job.force ?? false;
  const spared = force ? await spareOwnPlaces(job.source, job.out) : ok(undefined);
  if (!spared.ok) return spared;
  const folder = await AtomicFolder.create(job.out, { force, source: job.source });
  if (!folder.ok) return folder;
  try {
    const made = await fill(folder.value, source.value, labels.value, job);
    if (!made.ok) return made;
    if (job.signal?.aborted) return fail(CANCELLED);
    const committed = await folder.value.commit();
    return committed.ok ? made : committed;
  } finally {
    await folder.value.discard();
  }
}

async function fill(
  folder: AtomicFolder,
  source: Source,
  labels: SourceLabels | undefined,
  job: MergeJob,
): Promise<Result<Manifest>> {
  const space = await checkSpace(folder, source, labels, job);
  if (!space.ok) return space;
  const watch = await SourceWatch.begin(source.path);
  const pass = new MergePass(folder.path, source, labels, job);
  const written = await pass.run();
  if (!written.ok) return written;
  if (!(await watch.isSame(written.value.source))) {
    return fail(t('{0} changed while it was merged. Merge it again when nobody writes to it.', source.path));
  }
  return written;
}

async function checkSpace(
  folder: AtomicFolder,
  source: Source,
  labels: SourceLabels | undefined,
  job: MergeJob,
): Promise<Result<void>> {
  const sample = await mergeDryRun(source, job.options, { maxBytes: SAMPLE, signal: job.signal, labels });
  if (!sample.ok) return sample;
  const output = sample.value.bytes.reduce((sum, part) => sum + part, 0);
  // A shuffle holds every row twice for a while.
  const copies = job.options.order === 'shuffled' ? 2 : 1;
  const merged = estimatedBytes(source, sample.value.seenBytes, output) * copies;
  const need = merged + (await bytesToUnpack(source, dirname(folder.path)));
  const disk = await statfs(dirname(folder.path)).catch(() => undefined);
  if (disk === undefined || disk.blocks === 0) return ok(undefined);
  const have = disk.bavail * disk.bsize;
  if (need <= have) return ok(undefined);
  return fail(
    t(
      '{0} needs about {1}, but its disk has {2} free. Free some space, choose a folder on another disk, or merge with fewer window sizes.',
      job.out,
      size(need),
      size(have),
    ),
  );
}

/** One merge, from an empty temporary folder to a complete one. */
class MergePass {
  private outputs: OutputFile[] = [];
  private shuffler: Shuffler | undefined;
  /** Memory for reading the source. */
  private room: Uint8Array<ArrayBuffer> | undefined;
  private readonly chunk: number;

  constructor(
    private readonly folder: string,
    private readonly source: Source,
    private readonly labels: SourceLabels | undefined,
    private readonly job: MergeJob,
  ) {
    this.chunk = chunkFor(source, job.options);
  }

  async run(): Promise<Result<Manifest>> {
    try {
      const first = await this.attempt(Merger.needsNumbers(this.job.options));
      if (first !== 'again') return first;
      const second = await this.attempt(true);
      if (second === 'again') throw new Error('A merge with labels as numbers asked for labels as numbers.');
      return second;
    } catch (error) {
      return writeFault(error, this.job.out);
    } finally {
      await this.close();
    }
  }

  /** 'again' if a soft label showed up, so that all labels have to be numbers. */
  private async attempt(numbers: boolean): Promise<Result<Manifest> | 'again'> {
    const { source, labels, job } = this;
    labels?.restart();
    const merger = new Merger(source.format, job.options, numbers, {
      isUtf8,
      labelsOf: labels?.of.bind(labels),
      sink: (block) => this.shuffler?.sink() ?? this.outputs[block]!.sink,
    });
    await this.open(merger);
    const read = await this.stream(merger);
    const trouble = this.outputs.find((output) => output.error !== undefined)?.error ?? this.shuffler?.error;
    if (trouble !== undefined) return writeFault(trouble, job.out);
    if (!read.ok) return read;
    if (merger.halt?.kind === 'numbers') {
      await this.close();
      return 'again';
    }
    if (merger.halt !== undefined) return haltFault(source, merger.halt.fault);
    if (merger.trajectories === 0) return this.nothingRead(merger);
    return this.complete(merger, read.value);
  }

  private nothingRead(merger: Merger): Result<never> {
    const { path, format } = this.source;
    const [first] = merger.malformed;
    const what = t('{0} has no row that can be read as {1}.', path, format.title);
    return fail(first === undefined ? what : `${what} ${faultWords(first)}`, first);
  }

  private async open(merger: Merger): Promise<void> {
    const { order, seed } = this.job.options;
    const files = order === 'shuffled' ? [MIXED_FILE] : merger.windows.map(blockFile);
    const buffer = Math.min(MOST_BUFFER, Math.max(LEAST_BUFFER, Math.floor(BUFFERS / files.length)));
    // Input and outputs lie in one memory, so that bytes are copied within it (`ByteSink`).
    const memory = scanRoom(2 * (this.chunk + files.length * buffer));
    this.room = new Uint8Array(memory, 0, 2 * this.chunk);
    for (const [k, file] of files.entries()) {
      const buffers = new Uint8Array(memory, 2 * (this.chunk + k * buffer), 2 * buffer);
      const room = { buffers, source: this.room };
      this.outputs.push(await OutputFile.create(join(this.folder, file), buffer, true, room));
    }
    if (order !== 'shuffled') return;
    // The order depends on the size, so it has to be the exact one.
    const bytes = await exactBytes(this.source, this.job.signal);
    this.shuffler = await Shuffler.create(this.folder, seed, bytes * passesOf(this.job.options));
  }

  private stream(merger: Merger): Promise<Result<StreamEnd>> {
    const { source, job } = this;
    const visitor = {
      row: merger.row.bind(merger),
      fault: merger.fault.bind(merger),
      flush: () => this.flush(),
    };
    return streamRows(source.path, source.container, visitor, {
      signal: job.signal,
      hashed: true,
      chunkBytes: this.chunk,
      room: this.room,
      enough: () => merger.halt !== undefined,
      onProgress: (bytes) => job.onProgress?.(bytes, source.bytes),
    });
  }

  private async flush(): Promise<void> {
    for (const output of this.outputs) {
      const writing = output.flush();
      if (writing !== undefined) await writing;
    }
    await this.shuffler?.flush();
  }

  private async complete(merger: Merger, read: StreamEnd): Promise<Result<Manifest>> {
    const { source, labels, job } = this;
    const shuffled = await this.shuffler?.finish(this.outputs[0]!, job.signal);
    if (shuffled?.ok === false) return shuffled;
    const digests = new Map<string, Digest>();
    // Together, so that the disk has all files to write at once; each ends before a failure of another is told.
    const finished = await Promise.allSettled(this.outputs.map((output) => output.finish()));
    for (const [k, result] of finished.entries()) {
      if (result.status === 'rejected') throw result.reason;
      digests.set(this.shuffler ? MIXED_FILE : blockFile(merger.windows[k]!), result.value);
    }
    if (job.signal?.aborted) return fail(CANCELLED);
    const blocks = plannedBlocks(merger, job.options);
    const balance = checkBalance(source.path, {
      read: read.rows,
      used: merger.readable,
      reported: merger.skipped.malformed,
      lines: this.outputs.map(({ lines }, k) => [lines, (this.shuffler ? blocks : merger.blocks)[k]!.rows]),
    });
    if (!balance.ok) return balance;
    if (read.digest === undefined) throw new Error('a source that was merged was hashed');
    const manifest: Manifest = {
      cfprm: VERSION,
      source: {
        name: basename(source.path),
        ...read.digest,
        format: source.format.id,
        rows: merger.rows,
        trajectories: merger.trajectories,
      },
      ...(labels === undefined ? {} : { edits: editsOf(labels, merger) }),
      options: recordedOptions(job.options),
      seed: job.options.seed,
      blocks: blocks.map((block) => ({ ...block, ...digests.get(block.file)! })),
      ...manifestRows(merger),
    };
    await writeFile(join(this.folder, MANIFEST_FILE), manifestText(manifest), { flush: true });
    return ok(manifest);
  }

  private async close(): Promise<void> {
    for (const output of this.outputs) await output.abandon();
    await this.shuffler?.abandon();
    this.outputs = [];
    this.shuffler = undefined;
  }
}

function editsOf({ name, sha256, stale }: SourceLabels, merger: Merger): Manifest['edits'] {
  return { name, sha256, labels: merger.edits, stale };
}
