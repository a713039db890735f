import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { t } from '@vscode/l10n';
import type { NamedFeatureSet } from '../core/features/stepFeatures';
import { type Fault, fail, faultWords, ok, type Result } from '../core/result';
import { solutionOf } from '../core/scores/compose';
import type { Label, Trajectory } from '../core/trajectory';
import { problemKey } from '../core/validate/problemSplits';
import { VERSION } from '../core/version';
import { type Derived, type DerivedFile, derivedFile } from './derivedFile';
import { type Digest, fileDigest } from './fileDigest';
import type { Source, SourceChoice } from './openSource';
import { OutputFile } from './outputFile';
import { checkBalance } from './rowBalance';
import { passRows, type RowConsumer } from './rowPass';
import type { StreamEnd } from './rowStream';
import type { SourceLabels } from './sourceLabels';
import { writeFault } from './writeFault';

/** One file whose features are written. */
export interface FeaturesJob extends SourceChoice, DerivedFile {
  readonly set: NamedFeatureSet;
  onProgress?(doneBytes: number, totalBytes: number): void;
}

/** What writing features gave. */
export interface FeaturesReport {
  readonly source: Source;
  readonly labels: SourceLabels | undefined;
  /** Rows of the source that are not blank. */
  readonly rows: number;
  /** Trajectories, one line each, and their steps. */
  readonly trajectories: number;
  readonly steps: number;
  /** Rows that cannot be read; they have no line. */
  readonly malformed: number;
  /** The first thousand of them, with reasons. */
  readonly faults: readonly Fault[];
  readonly bytes: number;
  readonly sha256: string;
}

const BUFFER = 1024 * 1024;
const LISTED = 1000;

/**
 * Writes the features of a file's steps for training, in flat memory: a first line that names the set, its columns and
 * the file, with its hash, so that nobody lays them beside another; then a line per trajectory, `{"row", "trajectory", "id", "problem", "labels", "features"}`. The file appears when it
 * is complete; a fault, which a cancelled signal gives too, leaves nothing.
 *
 * Faults: those of `passRows`; the target is the source or its journal, or exists without `force`; no row can be read;
 * the source changed meanwhile; the disk is full.
 */
export function featuresFile(job: FeaturesJob): Promise<Result<FeaturesReport>> {
  return derivedFile(job, changed(job), (path) => write(job, path));
}

function changed({ source }: FeaturesJob): string {
  return t('{0} changed while it was read. Try it again when nobody writes to it.', source);
}

async function write(job: FeaturesJob, path: string): Promise<Result<Derived<FeaturesReport>>> {
  const digest = await fileDigest(job.source, job.signal);
  if (!digest.ok) return digest;
  let output: OutputFile | undefined;
  try {
    output = await OutputFile.create(path, BUFFER);
    const pass = new FeaturesPass(job, output, digest.value);
    const read = await pass.run();
    if (output.error !== undefined) return writeFault(output.error, job.out);
    if (!read.ok) return read;
    const made = pass.result(await output.finish());
    if (!made.ok) return made;
    const balance = pass.check(read.value, output.lines);
    if (!balance.ok) return balance;
    // The first line says what the others were made of.
    if (read.value.digest?.sha256 !== digest.value.sha256) return fail(changed(job));
    return ok({ made: made.value, read: read.value.digest });
  } catch (error) {
    return writeFault(output?.error ?? error, job.out);
  } finally {
    await output?.abandon();
  }
}

/** One pass over the source. */
class FeaturesPass {
  private readonly faults: Fault[] = [];
  private readonly counts = { rows: 0, trajectories: 0, steps: 0, malformed: 0 };
  private used = 0;
  private opened: { source: Source; labels: SourceLabels | undefined } | undefined;

  constructor(
    private readonly job: FeaturesJob,
    private readonly output: OutputFile,
    private readonly digest: Digest,
  ) {}

  /** Faults: those of `passRows`. */
  run(): Promise<Result<StreamEnd>> {
    const { job, output } = this;
    const { name, version, size, names } = job.set;
    const source = { name: basename(job.source), sha256: this.digest.sha256 };
    this.line({ cfprm: VERSION, source, features: { set: name, version, size, names } });
    const consumer: RowConsumer = {
      opened: (source, labels) => {
        this.opened = { source, labels };
      },
      row: (row, result) => {
        this.counts.rows++;
        if (result.ok) {
          this.used++;
          this.row(row, result.value);
        } else {
          this.counts.malformed++;
          this.refuse(result.fault);
        }
      },
      fault: (fault) => this.refuse(fault),
      hashed: true,
      flush: async () => {
        await output.flush();
      },
      onProgress: job.onProgress?.bind(job),
    };
    return passRows(job.source, job, consumer, job.signal);
  }

  /** Faults: rows were lost on the way. */
  check({ rows }: StreamEnd, lines: number): Result<void> {
    const { malformed, trajectories } = this.counts;
    // With the line in front.
    const expected = [[lines, trajectories + 1]] as const;
    return checkBalance(this.job.source, {
      read: rows,
      used: this.used,
      reported: malformed,
      lines: expected,
    });
  }

  /** Faults: no row could be read. */
  result(written: { bytes: number; sha256: string }): Result<FeaturesReport> {
    const { counts, faults } = this;
    const { source, labels } = this.opened!;
    if (counts.rows > counts.malformed) return ok({ ...counts, faults, source, labels, ...written });
    const [first] = faults;
    const { path, format } = source;
    const words = [t('{0} has no row that can be read as {1}.', path, format.title)];
    if (first !== undefined) words.push(faultWords(first));
    words.push(t('Choose another format with --format.'));
    return fail(words.join(' '), first);
  }

  private row(row: number, trajectories: readonly Trajectory[]): void {
    for (const [index, trajectory] of trajectories.entries()) {
      const { set } = this.job;
      const solution = solutionOf(trajectory);
      const numbers = Array.from(set.compute(solution), short);
      this.counts.trajectories++;
      this.counts.steps += solution.steps.length;
      this.line({
        row,
        trajectory: index + 1,
        id: trajectory.id,
        problem: problemHash(trajectory.problem),
        labels: trajectory.steps.map(({ label }) => labelValue(label)),
        features: solution.steps.map((_, step) => numbers.slice(step * set.size, (step + 1) * set.size)),
      });
    }
  }

  private refuse(fault: Fault): void {
    if (this.faults.length < LISTED) this.faults.push(fault);
  }

  private line(value: object): void {
    this.output.sink.text(JSON.stringify(value));
    this.output.sink.text('\n');
  }
}

/** A number with the nine digits that give back its 32 bits. */
function short(value: number): number {
  return Number(value.toPrecision(9));
}

/** The same for problems that have the same letters and digits, to keep them on one side of a split. */
function problemHash(problem: string): string {
  return createHash('sha256').update(problemKey(problem)).digest('hex').slice(0, 16);
}

/** true, false, "neutral", a number between 0 and 1 for a soft label, null for none. */
function labelValue(label: Label | undefined): boolean | number | 'neutral' | null {
  if (label === 'correct' || label === 'incorrect') return label === 'correct';
  return label ?? null;
}
