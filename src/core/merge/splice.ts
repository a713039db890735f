import { labelText } from '../formats/labelText';
import type { ByteSink } from './byteSink';
import type { TrlRow } from './trlRow';

const encoder = new TextEncoder();
const TRUE = encoder.encode('true');
const FALSE = encoder.encode('false');
const ONE = encoder.encode('1.0');
const ZERO = encoder.encode('0.0');
const NULL = encoder.encode('null');

/** What is put between or instead of the bytes of the source; one object serves for all rows. */
export interface Splice {
  /** Flat window spans; they cover the steps from 0 on without a gap. */
  spans: readonly number[];
  /** A label per window, as numbers. */
  values: Float64Array;
  /** Whether labels are written as numbers. */
  readonly numbers: boolean;
  /** Whether a window's label is that of its last step, so that its spelling can stay. */
  readonly last: boolean;
  /** The joiner as it stands inside a JSON string. */
  readonly joiner: Uint8Array;
  /** The column that is added: its first `leadLength` bytes, from the comma on, are the same in all passes. */
  lead: Uint8Array;
  leadLength: number;
  /** The rest of it, with the row's closing brace and line end. */
  column: Uint8Array;
}

/**
 * Writes a TRL row with its steps joined into windows. Everything else of the row is copied from the source byte
 * for byte and in long runs: of the lists only what has to change is left out or replaced.
 *
 * `bytes` must be free of raw line breaks between the row's tokens.
 */
export function spliceRow(bytes: Uint8Array, row: TrlRow, splice: Splice, sink: ByteSink): void {
  let at = row.members.from;
  if (row.labels.from < 0) {
    at = spliceNewLabels(bytes, row, splice, sink, at);
  } else if (row.completions.from < row.labels.from) {
    at = spliceCompletions(bytes, row, splice, sink, at);
    at = spliceLabels(bytes, row, splice, sink, at);
  } else {
    at = spliceLabels(bytes, row, splice, sink, at);
    at = spliceCompletions(bytes, row, splice, sink, at);
  }
  sink.copy(bytes, at, row.members.to);
  sink.copy(splice.lead, 0, splice.leadLength);
  sink.put(splice.column);
}

/** Writes from `at` to the end of the last window's text; returns from where to copy on. */
function spliceCompletions(
  bytes: Uint8Array,
  row: TrlRow,
  splice: Splice,
  sink: ByteSink,
  from: number,
): number {
  const { spans, joiner } = splice;
  const { stepFrom, stepTo } = row;
  let at = from;
  for (let w = 0; w < spans.length; w += 2) {
    const last = spans[w + 1]! - 1;
    for (let step = spans[w]!; step < last; step++) {
      sink.copy(bytes, at, stepTo[step]!);
      sink.put(joiner);
      at = stepFrom[step + 1]!;
    }
  }
  const used = spans[spans.length - 1]!;
  if (used === row.steps) return at;
  sink.copy(bytes, at, stepTo[used - 1]! + 1);
  return row.completions.to;
}

/** Writes from `at` to the last window's label; returns from where to copy on. */
function spliceLabels(bytes: Uint8Array, row: TrlRow, splice: Splice, sink: ByteSink, from: number): number {
  const { spans, values, numbers, last } = splice;
  const { labelFrom, labelTo, spelled } = row;
  let at = from;
  for (let w = 0; w < spans.length; w += 2) {
    const first = spans[w]!;
    const final = spans[w + 1]! - 1;
    const value = values[w >> 1]!;
    const keep = last && spelled[final] === (numbers ? 2 : 1);
    if (keep) {
      if (first === final) continue;
      sink.copy(bytes, at, labelFrom[first]!);
      at = labelFrom[final]!;
    } else {
      sink.copy(bytes, at, labelFrom[first]!);
      putLabel(value, numbers, sink);
      at = labelTo[final]!;
    }
  }
  const used = spans[spans.length - 1]!;
  if (used === row.steps) return at;
  sink.copy(bytes, at, labelTo[used - 1]!);
  return row.labels.to;
}

/** Writes a row that had no list of labels: a new list in the place of null, or behind the other members. */
function spliceNewLabels(
  bytes: Uint8Array,
  row: TrlRow,
  splice: Splice,
  sink: ByteSink,
  from: number,
): number {
  const { noLabels } = row;
  let at = from;
  const beforeCompletions = noLabels.from >= 0 && noLabels.from < row.completions.from;
  if (!beforeCompletions) at = spliceCompletions(bytes, row, splice, sink, at);
  sink.copy(bytes, at, noLabels.from < 0 ? row.members.to : noLabels.from);
  sink.text(noLabels.from < 0 ? ',"labels":[' : '[');
  for (let w = 0; w < splice.spans.length >> 1; w++) {
    if (w > 0) sink.text(',');
    putLabel(splice.values[w]!, splice.numbers, sink);
  }
  sink.text(']');
  at = noLabels.from < 0 ? row.members.to : noLabels.to;
  return beforeCompletions ? spliceCompletions(bytes, row, splice, sink, at) : at;
}

function putLabel(value: number, numbers: boolean, sink: ByteSink): void {
  if (value === 1) sink.put(numbers ? ONE : TRUE);
  else if (value === 0) sink.put(numbers ? ZERO : FALSE);
  else if (Number.isNaN(value)) sink.put(NULL);
  else sink.text(labelText(value, numbers));
}
