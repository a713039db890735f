import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COMMA,
  QUOTE,
} from '../jsonl/bytes';
import { DuplicateKeys, decodeKey } from '../jsonl/duplicateKeys';
import { RowScanner } from '../jsonl/scan';
import type { StepLabel } from '../labels/overlay';
import { labelValue } from './labels';
import type { NeutralRule } from './options';

/** Longest key that is looked at. */
const LONGEST_KEY = 'completions'.length;

type Column = 'prompt' | 'completions' | 'labels' | 'cfprm' | 'id';
const COLUMNS: readonly Column[] = ['prompt', 'completions', 'labels', 'cfprm', 'id'];
/** The columns by the length of their name, with the bytes of the name. */
const BY_LENGTH = Array.from({ length: LONGEST_KEY + 1 }, (_, length) =>
  COLUMNS.filter((name) => name.length === length).map((name) => ({ name, codes: [...name].map(code) })),
);

/** In `TrlRow.spelled`: the step has no label. */
const ABSENT = 3;

/** A stretch of bytes; `from` is -1 if there is none. */
export interface Range {
  from: number;
  to: number;
}

/**
 * Where the parts of a TRL row lie in its bytes, found and checked in one pass without making strings. Accepts
 * exactly the rows that the `trl` format reads; why another row is refused is for the format to say, because it
 * can afford to.
 *
 * One object is reused for all rows. All positions are offsets in the buffer that `read` was given.
 */
export class TrlRow {
  /** Number of completions. */
  steps = 0;
  /** Steps before the first one without a label. */
  labelled = 0;
  /** Contents of the completions, quotes excluded. */
  readonly stepFrom: number[] = [];
  readonly stepTo: number[] = [];
  readonly labelFrom: number[] = [];
  readonly labelTo: number[] = [];
  /** The labels as numbers (1, 0, or soft between them) of the first `labelled` steps. */
  values = new Float64Array(64);
  /**
   * 1 where the label is spelled `true` or `false`, 2 where it is soft: it can stay as it is spelled. 3 where there
   * is none.
   */
  spelled = new Uint8Array(64);
  /** From the row's opening brace to behind its last member. */
  readonly members: Range = { from: 0, to: 0 };
  /** The two lists, from the opening bracket to the closing one (excluded). */
  readonly completions: Range = { from: -1, to: -1 };
  readonly labels: Range = { from: -1, to: -1 };
  /** The value of `labels` if it is null. */
  readonly noLabels: Range = { from: -1, to: -1 };
  /** The value of `id`, if there is one. */
  readonly id: Range = { from: -1, to: -1 };
  /** True if the row was merged before. */
  merged = false;
  /** True if there are line breaks around its tokens. */
  get broken(): boolean {
    return this.scanner.broken;
  }

  private readonly scanner = new RowScanner();
  private readonly keys = new DuplicateKeys();
  private bytes: Uint8Array = new Uint8Array(0);
  private end = 0;
  private labelCount = 0;
  private prompted = false;

  /** @param reads keys that must not occur twice */
  constructor(private readonly reads: readonly string[]) {}

  /** Reads the row in `bytes[start, end)`. False if it is not a good TRL row; UTF-8 is not checked. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    this.end = end;
    this.steps = this.labelled = this.labelCount = 0;
    this.completions.from = this.labels.from = this.noLabels.from = this.id.from = -1;
    this.merged = this.prompted = false;
    const { scanner, keys } = this;
    scanner.attach(bytes, end);
    keys.reset(bytes);
    keys.open(true);
    let i = scanner.white(start);
    if (this.byteAt(i) !== BRACE_OPEN) return false;
    this.members.from = i;
    i = scanner.white(i + 1);
    for (;;) {
      i = this.member(i);
      if (i < 0) return false;
      this.members.to = i;
      i = scanner.white(i);
      const next = this.byteAt(i);
      if (next === BRACE_CLOSE) break;
      if (next !== COMMA) return false;
      i = scanner.white(i + 1);
    }
    if (scanner.white(i + 1) !== end) return false;
    const twice = keys.paths.some((path) => this.reads.includes(path));
    return !twice && this.isComplete();
  }

  /** Gives steps of the row that was read other labels; those of steps that it does not have are passed over. */
  relabel(labels: readonly StepLabel[], neutral: NeutralRule): void {
    while (this.values.length < this.steps) this.grow();
    if (this.labels.from < 0) this.spelled.fill(ABSENT, 0, this.steps);
    for (const { trajectory, step, label } of labels) {
      if (trajectory !== 1 || step > this.steps) continue;
      this.spelled[step - 1] = label === undefined ? ABSENT : 0;
      if (label !== undefined) this.values[step - 1] = labelValue(label, neutral);
    }
    const absent = this.spelled.subarray(0, this.steps).indexOf(ABSENT);
    this.labelled = absent < 0 ? this.steps : absent;
  }

  private isComplete(): boolean {
    if (!this.prompted || this.completions.from < 0) return false;
    if (this.labels.from < 0) {
      this.labelled = 0;
      return true;
    }
    return this.labelCount === this.steps;
  }

  /** Reads a key and its value; returns where the value ends, or -1. */
  private member(start: number): number {
    const { scanner } = this;
    const value = scanner.key(start, this.keys);
    if (value < 0) return -1;
    const column = this.columnOf(start);
    switch (column) {
      case undefined:
        return scanner.value(value, 1);
      case 'prompt':
        this.prompted = true;
        return this.byteAt(value) === QUOTE ? scanner.string(value) : -1;
      case 'completions':
        return this.readCompletions(value);
      case 'labels':
        return this.byteAt(value) === 0x6e ? this.readNoLabels(value) : this.readLabels(value);
      default: {
        const end = scanner.value(value, 1);
        if (column === 'cfprm') this.merged = true;
        else this.id.from = value;
        if (column === 'id') this.id.to = end;
        return end;
      }
    }
  }

  /** Which column the key at `open` names. */
  private columnOf(open: number): Column | undefined {
    const { bytes } = this;
    let close = open + 1;
    // The key is valid, so its closing quote is there; a longer key may still be an escaped spelling.
    while (bytes[close] !== QUOTE && bytes[close] !== BACKSLASH && close <= open + 1 + LONGEST_KEY) close++;
    if (bytes[close] === BACKSLASH) {
      const after = this.scanner.string(open);
      const name = decodeKey(bytes, open + 1, after - 1) as Column;
      return COLUMNS.includes(name) ? name : undefined;
    }
    const candidates = BY_LENGTH[close - open - 1];
    return candidates?.find(({ codes }) => codes.every((byte, k) => bytes[open + 1 + k] === byte))?.name;
  }

  private readNoLabels(start: number): number {
    const end = this.scanner.value(start, 1);
    this.noLabels.from = start;
    this.noLabels.to = end;
    return end;
  }

  private readCompletions(open: number): number {
    if (this.byteAt(open) !== BRACKET_OPEN) return -1;
    const { scanner, stepFrom, stepTo } = this;
    let i = scanner.white(open + 1);
    let count = 0;
    if (this.byteAt(i) !== BRACKET_CLOSE) {
      for (;;) {
        if (this.byteAt(i) !== QUOTE) return -1;
        const after = scanner.string(i);
        if (after < 0) return -1;
        stepFrom[count] = i + 1;
        stepTo[count] = after - 1;
        count++;
        i = scanner.white(after);
        const next = this.byteAt(i);
        if (next === BRACKET_CLOSE) break;
        if (next !== COMMA) return -1;
        i = scanner.white(i + 1);
      }
    }
    this.steps = count;
    this.completions.from = open;
    this.completions.to = i;
    return i + 1;
  }

  private readLabels(open: number): number {
    if (this.byteAt(open) !== BRACKET_OPEN) return -1;
    const { scanner, labelFrom, labelTo } = this;
    let i = scanner.white(open + 1);
    let count = 0;
    this.labelled = -1;
    if (this.byteAt(i) !== BRACKET_CLOSE) {
      for (;;) {
        const after = scanner.value(i, 2);
        if (after < 0 || !this.readLabel(count, i, after)) return -1;
        labelFrom[count] = i;
        labelTo[count] = after;
        count++;
        i = scanner.white(after);
        const next = this.byteAt(i);
        if (next === BRACKET_CLOSE) break;
        if (next !== COMMA) return -1;
        i = scanner.white(i + 1);
      }
    }
    if (this.labelled < 0) this.labelled = count;
    this.labelCount = count;
    this.labels.from = open;
    this.labels.to = i;
    return i + 1;
  }

  /** Takes the valid JSON value at `bytes[from, to)` as the label of a step. False for an unknown kind. */
  private readLabel(index: number, from: number, to: number): boolean {
    if (index === this.values.length) this.grow();
    const first = this.bytes[from]!;
    if (first === 0x74 || first === 0x66) {
      this.values[index] = first === 0x74 ? 1 : 0;
      this.spelled[index] = 1;
      return true;
    }
    if (first === 0x6e) {
      if (this.labelled < 0) this.labelled = index;
      this.spelled[index] = ABSENT;
      return true;
    }
    if (first !== 0x2d && (first < 0x30 || first > 0x39)) return false;
    const value = Number(ascii(this.bytes, from, to));
    const soft = value > 0 && value < 1;
    this.values[index] = value === -1 ? 0 : value;
    this.spelled[index] = soft ? 2 : 0;
    return soft || value === 0 || value === 1 || value === -1;
  }

  private grow(): void {
    const values = new Float64Array(this.values.length * 2);
    values.set(this.values);
    this.values = values;
    const spelled = new Uint8Array(values.length);
    spelled.set(this.spelled);
    this.spelled = spelled;
  }

  private byteAt(i: number): number {
    return i < this.end ? this.bytes[i]! : -1;
  }
}

function code(character: string): number {
  return character.charCodeAt(0);
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
