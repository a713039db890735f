import type { JsonObject } from '../core/formats/format';
import { parseRow } from '../core/jsonl/readRow';
import type { Container } from '../core/jsonl/splitter';
import type { Fault } from '../core/result';
import { MAX_ROW_BYTES, type RowVisitor } from './rowStream';

/** Rows by which a file's container and format are told. */
export interface RowSample {
  /** Rows that are JSON objects. */
  readonly rows: readonly JsonObject[];
  /** Rows looked at, unreadable ones included. */
  readonly seen: number;
  /** True if the first row is a JSON object. */
  readonly startsWhole: boolean;
  /** Rows that were too long to be looked at. */
  readonly tooLong: number;
  /** Why the first unreadable row is unreadable, if one is. */
  readonly fault: Fault | undefined;
  /** Why a compressed file ended early, if it did within the sample. */
  readonly damage: Fault | undefined;
}

/** How much of a file is searched for rows once there is one. */
const SAMPLE_BYTES = 8 * 1024 * 1024;
/** How much is searched for the first row: lists may stand behind other members. */
const FIRST_ROW_BYTES = 128 * 1024 * 1024;

/** Takes a sample from a pass over rows. */
export class SampleTaker {
  /** What the pass calls. */
  readonly visitor: RowVisitor;
  private readonly rows: JsonObject[] = [];
  private seen = 0;
  private startsWhole = false;
  private tooLong = 0;
  private trouble: Fault | undefined;
  private bytes = 0;

  /** @param limit the number of rows that are enough */
  constructor(
    private readonly container: Container,
    private limit: number,
  ) {
    this.visitor = { row: this.row.bind(this), fault: this.fault.bind(this) };
  }

  /** True when the pass may end. */
  get enough(): boolean {
    if (this.rows.length >= this.limit) return true;
    if (this.seen === 0) return this.container === 'lists' && this.bytes > FIRST_ROW_BYTES;
    // Whether a long line is the only one shows behind it.
    const isFirstLine = this.container === 'lines' && this.seen === 1 && this.tooLong === 1;
    return this.bytes > (isFirstLine ? MAX_ROW_BYTES : SAMPLE_BYTES);
  }

  /** The pass has read so many bytes. */
  readTo(bytes: number): void {
    this.bytes = bytes;
  }

  /** True if the pass has not come to this byte offset. */
  endsBefore(offset: number): boolean {
    return this.bytes < offset;
  }

  /** Takes some more rows. */
  extend(rows: number): void {
    this.limit += rows;
  }

  /** What was seen; `damage` as the pass reported it. */
  take(damage: Fault | undefined): RowSample {
    const { rows, seen, startsWhole, tooLong, trouble } = this;
    return { rows, seen, startsWhole, tooLong, fault: trouble, damage };
  }

  private row(bytes: Uint8Array, start: number, end: number, row: number): void {
    if (this.rows.length >= this.limit) return;
    this.seen++;
    const parsed = parseRow(bytes, start, end, row);
    if (!parsed.ok) {
      this.trouble ??= parsed.fault;
      return;
    }
    if (this.seen === 1) this.startsWhole = true;
    this.rows.push(parsed.value.value);
  }

  private fault(trouble: Fault): void {
    this.seen++;
    // Lines have no other fault than that.
    if (this.container === 'lines') this.tooLong++;
    this.trouble ??= trouble;
  }
}
