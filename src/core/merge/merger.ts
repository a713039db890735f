import { t } from '@vscode/l10n';
import type { Format } from '../formats/format';
import { labelText } from '../formats/labelText';
import { parseRow, readParsed } from '../jsonl/readRow';
import { placedIn, relabelled, type StepLabel } from '../labels/overlay';
import type { Fault } from '../result';
import type { Trajectory } from '../trajectory';
import type { ByteSink } from './byteSink';
import {
  type BlockCounts,
  countRow,
  type HidingWindow,
  noCounts,
  type OnHidden,
  type SkipCounts,
} from './counts';
import { firstErrorOf, isSoft, labelValue, windowValue } from './labels';
import type { MergeOptions, WindowSize } from './options';
import { MergePlanner, type PlannedRow } from './planner';
import { type Splice, spliceRow } from './splice';
import { type HardTarget, targetRow } from './targets';
import { TrlRow } from './trlRow';

/** What a merge needs from where it runs. */
export interface MergeHost {
  /** True if the bytes are valid UTF-8. */
  isUtf8(bytes: Uint8Array): boolean;
  /** Where the next row of a block goes; asked once per row. */
  sink(block: number): ByteSink;
  /** The labels that a person gave to the row in `bytes[start, end)`, if there are any. */
  labelsOf?(bytes: Uint8Array, start: number, end: number, row: number): readonly StepLabel[] | undefined;
  /** Told of every trajectory that is merged, and of how many steps of it. */
  onTrajectory?(row: number, steps: number): void;
  /** Told of every window that hides a label opposite to its own. */
  onHidden?(window: HidingWindow): void;
}

/** Why a merge cannot go on: to be done again with labels as numbers, or not at all. */
export type Halt = { readonly kind: 'numbers' } | { readonly kind: 'fault'; readonly fault: Fault };

/** Digits of the largest row number. */
const MOST_DIGITS = 16;

/** The most malformed rows that are listed; all are counted. */
const MAX_LISTED = 1000;

const encoder = new TextEncoder();
/** The start of the column that is added, up to the row number, and behind it for rows without an id. */
const ROW = encoder.encode(',"cfprm":{"row":');
const NO_ID = encoder.encode(',"id":null,"window":');

/** True if rows are spliced byte for byte, false if they are read and written anew. */
export function isSpliced(format: Format, options: MergeOptions): boolean {
  return format.id === 'trl' && options.to === 'trl';
}

/**
 * Merges row after row: each goes in as the source's bytes and comes out, once per window size and pass, in the
 * sinks of its blocks. Rows of TRL files that stay TRL are spliced byte for byte; all others are read as
 * trajectories and written anew. Holds nothing of a row when the next one comes.
 */
export class Merger {
  /** Window sizes of the blocks that are written, in the order of `blocks`: coarse to fine. */
  readonly windows: readonly WindowSize[];
  readonly blocks: BlockCounts[];
  /** Rows of the whole coarse-to-fine set, which `fine-only` does not write but has to match in number. */
  setRows = 0;
  readonly skipped: SkipCounts = { malformed: 0, unlabelled: 0, cut: 0, empty: 0 };
  readonly malformed: Fault[] = [];
  /** Rows that are not blank, readable or not. */
  rows = 0;
  /** Those of them that were read; the others are in `skipped.malformed`. */
  readable = 0;
  /** Trajectories read from them. */
  trajectories = 0;
  /** Labels in them that a person gave. */
  edits = 0;
  /** Set when the merge cannot go on; later rows are ignored. */
  halt: Halt | undefined;

  private readonly planner: MergePlanner;
  private readonly setPlanner: MergePlanner | undefined;
  private readonly trl: TrlRow | undefined;
  private lastFaultRow = 0;
  /** What is merged: its row, and the 1-based place in it. */
  private readonly at = { row: 0, trajectory: 0 };
  private scratch: Uint8Array = new Uint8Array(0);
  private readonly splice: Splice;
  private stepValues = new Float64Array(64);
  private windowValues = new Float64Array(64);

  /** @param numbers whether labels are written as numbers; if not, a soft label halts the merge */
  constructor(
    private readonly format: Format,
    private readonly options: MergeOptions,
    private readonly numbers: boolean,
    private readonly host: MergeHost,
  ) {
    const fineOnly = options.order === 'fine-only';
    this.windows = fineOnly ? [1] : options.sizes;
    this.planner = new MergePlanner({ ...options, sizes: this.windows });
    this.setPlanner = fineOnly ? new MergePlanner(options) : undefined;
    this.blocks = this.windows.map(noCounts);
    this.trl = isSpliced(format, options) ? new TrlRow(format.reads) : undefined;
    this.splice = {
      spans: [],
      values: this.windowValues,
      numbers,
      last: options.label === 'last',
      joiner: encoder.encode(JSON.stringify(options.joiner).slice(1, -1)),
      lead: new Uint8Array(0),
      leadLength: 0,
      column: ROW,
    };
  }

  /** True if labels have to be numbers whatever the rows hold. */
  static needsNumbers(options: MergeOptions): boolean {
    return options.label === 'mean' || options.neutral === 'half';
  }

  /** How many times the blocks are to be used in training: 1, but for `fine-only` as often as matches the set. */
  get repeat(): number {
    const rows = this.blocks[0]!.rows;
    return this.setPlanner === undefined || rows === 0 ? 1 : Math.max(1, Math.ceil(this.setRows / rows));
  }

  /** Merges the row in `bytes[start, end)`. */
  row(bytes: Uint8Array, start: number, end: number, row: number): void {
    if (this.halt !== undefined) return;
    this.rows++;
    this.at.row = row;
    this.at.trajectory = 0;
    if (this.trl?.read(bytes, start, end) && this.host.isUtf8(bytes.subarray(start, end))) {
      const labels = this.host.labelsOf?.(bytes, start, end, row);
      if (labels !== undefined) this.relabel(this.trl, labels);
      this.mergeBytes(this.trl, bytes, start, end, row);
    } else {
      this.mergeRead(bytes, start, end, row);
    }
  }

  /** What is wrong with the file's frame, or (`isRow`) a row that cannot be handed over. */
  fault(fault: Fault, isRow: boolean): void {
    if (this.halt !== undefined) return;
    if (isRow) {
      this.rows++;
      this.refuse(fault);
    } else if (fault.row === undefined || fault.row !== this.lastFaultRow) {
      // On top of a fault of its last row, it says nothing new.
      this.list(fault);
    }
  }

  private count(block: number, spans: readonly number[], windows: Float64Array, steps: Float64Array): void {
    const { row, trajectory } = this.at;
    const onHidden = this.host.onHidden?.bind(this.host);
    const tell: OnHidden | undefined =
      onHidden && ((from, to, value, step) => onHidden({ row, trajectory, block, from, to, value, step }));
    countRow(this.blocks[block]!, spans, windows, steps, tell);
  }

  private relabel(trl: TrlRow, labels: readonly StepLabel[]): void {
    trl.relabel(labels, this.options.neutral);
    this.edits += labels.filter(({ trajectory, step }) => trajectory === 1 && step <= trl.steps).length;
  }

  private refuse(fault: Fault): void {
    this.skipped.malformed++;
    this.lastFaultRow = fault.row ?? 0;
    this.list(fault);
  }

  private list(fault: Fault): void {
    if (this.malformed.length < MAX_LISTED) this.malformed.push(fault);
  }

  private mergeBytes(trl: TrlRow, source: Uint8Array, start: number, end: number, row: number): void {
    if (trl.merged) {
      this.stopAtMerged(row);
      return;
    }
    this.readable++;
    this.trajectories++;
    this.at.trajectory++;
    const steps = this.usable(trl.steps, trl.labelled);
    if (steps === 0) return;
    const bytes = trl.broken ? this.withoutBreaks(source, start, end) : source;
    const { splice } = this;
    splice.leadLength = this.writeLead(row, idToken(bytes, trl));
    this.mergeSteps(trl.values, steps, ({ block, spans, column }) => {
      splice.spans = spans;
      splice.values = this.windowValues;
      splice.column = column;
      spliceRow(bytes, trl, splice, this.host.sink(block));
      this.count(block, spans, this.windowValues, trl.values);
      return true;
    });
  }

  private mergeRead(bytes: Uint8Array, start: number, end: number, row: number): void {
    const parsed = parseRow(bytes, start, end, row);
    const reading = parsed.ok ? readParsed(parsed.value, row, this.format) : parsed;
    if (!parsed.ok || !reading.ok) {
      if (!reading.ok) this.refuse(reading.fault);
      return;
    }
    if (Object.hasOwn(parsed.value.value, 'cfprm')) {
      this.stopAtMerged(row);
      return;
    }
    const labels = placedIn(reading.value, this.host.labelsOf?.(bytes, start, end, row) ?? []);
    this.edits += labels.length;
    this.readable++;
    for (const trajectory of relabelled(reading.value, labels)) {
      this.trajectories++;
      this.at.trajectory++;
      this.mergeTrajectory(trajectory, row);
    }
  }

  private mergeTrajectory(trajectory: Trajectory, row: number): void {
    const { steps: all, id } = trajectory;
    const absent = all.findIndex((step) => step.label === undefined);
    const steps = this.usable(all.length, absent < 0 ? all.length : absent);
    if (steps === 0) return;
    if (this.stepValues.length < steps) this.stepValues = new Float64Array(steps * 2);
    for (let i = 0; i < steps; i++) {
      this.stepValues[i] = labelValue(all[i]!.label!, this.options.neutral);
    }
    const head = `,"cfprm":{"row":${row},"id":${JSON.stringify(id)},"window":`;
    if (this.options.to === 'trl') this.writeTrl(trajectory, steps, head);
    else this.writeHard(this.options.to, trajectory, steps, head, row);
  }

  /** Writes TRL rows piece by piece: a whole row may be too long for one string. */
  private writeTrl(trajectory: Trajectory, steps: number, head: string): void {
    const values = this.stepValues;
    this.mergeSteps(values, steps, (planned, spans) => {
      const sink = this.host.sink(planned.block);
      sink.text(`{"prompt":${JSON.stringify(trajectory.problem)},"completions":[`);
      const texts = windowTexts(trajectory, spans, this.options.joiner);
      texts.forEach((text, k) => {
        sink.text(`${k > 0 ? ',' : ''}${JSON.stringify(text)}`);
      });
      const labels = texts.map((_, k) => labelText(this.windowValues[k]!, this.numbers));
      sink.text(`],"labels":[${labels.join()}]${head}`);
      sink.put(planned.column);
      this.count(planned.block, spans, this.windowValues, values);
      return true;
    });
  }

  /** Writes the rows of a trajectory in a format with hard labels: all of them, or none if one cannot be. */
  private writeHard(to: HardTarget, trajectory: Trajectory, steps: number, head: string, row: number): void {
    const { problem, gold } = trajectory;
    const tails = this.blocks.map((block) => block.tails);
    const { cut } = this.skipped;
    const pending: { block: number; spans: readonly number[]; windows: Float64Array; text: string }[] = [];
    let fault: Fault | undefined;
    this.mergeSteps(this.stepValues, steps, ({ block }, spans) => {
      const windows = this.windowValues.slice(0, spans.length >> 1);
      const texts = windowTexts(trajectory, spans, this.options.joiner);
      const written = targetRow(to, { problem, gold, texts, values: [...windows] });
      if (written.ok) pending.push({ block, spans, windows, text: written.value });
      else fault = { ...written.fault, row };
      return written.ok;
    });
    if (fault !== undefined) {
      this.blocks.forEach((block, k) => {
        block.tails = tails[k]!;
      });
      this.skipped.cut = cut;
      this.refuse(fault);
      return;
    }
    for (const { block, spans, windows, text } of pending) {
      const sink = this.host.sink(block);
      sink.text(text.slice(0, -1) + head);
      sink.put(this.planner.column(block, steps, spans));
      this.count(block, spans, windows, this.stepValues);
    }
  }

  /** The number of steps that can be merged; counts what is left out. */
  private usable(steps: number, labelled: number): number {
    if (steps === 0) this.skipped.empty++;
    else if (labelled === 0) this.skipped.unlabelled++;
    else if (labelled < steps) this.skipped.cut++;
    this.cutBefore = labelled < steps;
    return labelled;
  }

  private cutBefore = false;

  /** Goes through the rows that `steps` steps give, windows labelled; `write` returns false to stop. */
  private mergeSteps(
    values: Float64Array,
    steps: number,
    write: (planned: PlannedRow, spans: readonly number[]) => boolean,
  ): void {
    this.host.onTrajectory?.(this.at.row, steps);
    const firstError = firstErrorOf(values, steps);
    const written = this.options.to === 'trl' ? undefined : new Set<string>();
    if (this.setPlanner !== undefined) this.countSet(values, steps, firstError);
    for (const planned of this.planner.plan(steps)) {
      if (planned.tail) this.blocks[planned.block]!.tails++;
      const spans = this.label(planned.spans, values, firstError);
      if (spans.length === 0 || (written !== undefined && this.repeats(written, spans))) continue;
      if (this.haltsAt(spans) || !write(planned, spans)) return;
    }
  }

  /** Labels the windows, into `windowValues`; returns those that the target can hold. */
  private label(spans: readonly number[], values: Float64Array, firstError: number): readonly number[] {
    const { label, to } = this.options;
    if (this.windowValues.length < spans.length) this.windowValues = new Float64Array(spans.length * 2);
    for (let w = 0; w < spans.length; w += 2) {
      const value = windowValue(label, values, spans[w]!, spans[w + 1]!, firstError);
      this.windowValues[w >> 1] = value;
      if (to !== 'trl' && Number.isNaN(value)) {
        if (!this.cutBefore) this.skipped.cut++;
        this.cutBefore = true;
        return spans.slice(0, w);
      }
    }
    return spans;
  }

  /** Rows that were cut before a masked window may have become the same. */
  private repeats(written: Set<string>, spans: readonly number[]): boolean {
    if (this.options.keepDuplicates) return false;
    const key = spans.join();
    if (written.has(key)) return true;
    written.add(key);
    return false;
  }

  private countSet(values: Float64Array, steps: number, firstError: number): void {
    const written = new Set<string>();
    for (const planned of this.setPlanner!.plan(steps)) {
      const spans = this.label(planned.spans, values, firstError);
      if (spans.length > 0 && (spans === planned.spans || !this.repeats(written, spans))) this.setRows++;
    }
  }

  private haltsAt(spans: readonly number[]): boolean {
    if (this.numbers || this.options.label !== 'last' || this.options.to !== 'trl') return false;
    for (let w = 0; w < spans.length >> 1; w++) {
      if (isSoft(this.windowValues[w]!)) {
        this.halt = { kind: 'numbers' };
        return true;
      }
    }
    return false;
  }

  private stopAtMerged(row: number): void {
    const message = t(
      'This row has a "cfprm" column: the file was merged before. Merge the file that it was made from, or remove the column.',
    );
    this.halt = { kind: 'fault', fault: { row, message } };
  }

  /** Writes the added column up to its window into `splice.lead`; returns its length. */
  private writeLead(row: number, id: string): number {
    const { splice } = this;
    const tail = id === 'null' ? NO_ID : encoder.encode(`,"id":${id},"window":`);
    if (splice.lead.length < ROW.length + MOST_DIGITS + tail.length) {
      splice.lead = new Uint8Array(2 * (ROW.length + MOST_DIGITS + tail.length));
    }
    splice.lead.set(ROW);
    let end = ROW.length + 1;
    for (let rest = row; rest >= 10; rest = Math.floor(rest / 10)) end++;
    let at = end;
    for (let rest = row; at > ROW.length; rest = Math.floor(rest / 10))
      splice.lead[--at] = 0x30 + (rest % 10);
    splice.lead.set(tail, end);
    return end + tail.length;
  }

  /** The same bytes at the same places, with blanks for line breaks (all lie between tokens: the row is valid). */
  private withoutBreaks(source: Uint8Array, start: number, end: number): Uint8Array {
    if (this.scratch.length < end) this.scratch = new Uint8Array(end * 2);
    for (let i = start; i < end; i++) {
      const byte = source[i]!;
      this.scratch[i] = byte === 0x0a || byte === 0x0d ? 0x20 : byte;
    }
    return this.scratch;
  }
}

/** The row's own id as a JSON text: its spelling if it is one, the number as text, else null. */
function idToken(bytes: Uint8Array, trl: TrlRow): string {
  const { from, to } = trl.id;
  if (from < 0) return 'null';
  const first = bytes[from]!;
  if (first !== 0x22 && first !== 0x2d && (first < 0x30 || first > 0x39)) return 'null';
  const token = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(from, to));
  if (first === 0x22) return token;
  return Number.isFinite(Number(token)) ? `"${Number(token)}"` : 'null';
}

function windowTexts(trajectory: Trajectory, spans: readonly number[], joiner: string): string[] {
  const texts: string[] = [];
  for (let w = 0; w < spans.length; w += 2) {
    const steps = trajectory.steps.slice(spans[w]!, spans[w + 1]!);
    texts.push(steps.map((step) => step.text).join(joiner));
  }
  return texts;
}
