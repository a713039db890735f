import { t } from '@vscode/l10n';
import { quote } from '../formats/fields';
import type { Json, JsonObject } from '../formats/format';
import { fail, ok, type Result } from '../result';
import type { Label } from '../trajectory';

/** A step of a source row, with the row's bytes as they were when it was labelled. */
export interface StepAddress {
  /** 1-based physical row of the source. */
  readonly row: number;
  /** First 16 hex digits of the SHA-256 of the row's bytes, without line end and byte-order mark. */
  readonly hash: string;
  /** 1-based trajectory within the row. */
  readonly trajectory: number;
  /** 1-based step within the trajectory. */
  readonly step: number;
}

/** One label that an action changed. An absent label is undefined; the journal spells it null. */
export interface LabelChange extends StepAddress {
  readonly from: Label | undefined;
  readonly to: Label | undefined;
}

/** Edits of a row that moved within the source: what was said about row `from` now holds for row `to`. */
export interface AnchorMove {
  readonly from: number;
  readonly to: number;
  readonly hash: string;
}

interface LineHead {
  /** Names the action that the line is part of. */
  readonly op: string;
  /** ISO 8601. */
  readonly time: string;
}

/** A line that changes one label. Lines of one action have one `op` and follow each other. */
export interface EditLine extends LineHead {
  readonly kind: 'edit';
  readonly change: LabelChange;
  /**
   * On the first line of an action that has several: how many. An action that a killed process left half
   * written is told by it, and left out as a whole.
   */
  readonly lines?: number;
}

/** A line that takes back the action `target`, or brings it back. */
export interface StepBackLine extends LineHead {
  readonly kind: 'undo' | 'redo';
  readonly target: string;
}

/** A line that moves the edits of a row. */
export interface AnchorLine extends LineHead {
  readonly kind: 'anchor';
  readonly move: AnchorMove;
}

/** One line of a journal. */
export type JournalLine = EditLine | StepBackLine | AnchorLine;

/** What the next writer puts behind a line that was cut off, so that it can never be taken for a whole one. */
export const TORN_MARK = '#torn';

/** Rows, steps and trajectories up to here are taken; no file has more. */
const LARGEST = 2 ** 40;
const HASH = /^[0-9a-f]{16}$/u;

/** A label as the journal spells it: 'correct', 'neutral', 'incorrect', a number in (0,1), or null for absent. */
function labelJson(label: Label | undefined): Json {
  return label ?? null;
}

/** True for a label that can be given: a word, or a number strictly between 0 and 1. */
export function isLabel(value: unknown): value is Label {
  if (typeof value === 'number') return value > 0 && value < 1;
  return value === 'correct' || value === 'neutral' || value === 'incorrect';
}

/** A line as the journal holds it, newline included. */
export function journalText(line: JournalLine): string {
  return `${JSON.stringify(lineJson(line))}\n`;
}

function lineJson(line: JournalLine): JsonObject {
  const { op, time } = line;
  if (line.kind === 'anchor') {
    const { from, to, hash } = line.move;
    return { op, anchor: { from, to, hash }, time };
  }
  if (line.kind !== 'edit') return { op, [line.kind]: line.target, time };
  const { row, hash, trajectory, step, from, to } = line.change;
  return {
    row,
    hash,
    ...(trajectory === 1 ? {} : { trajectory }),
    step,
    from: labelJson(from),
    to: labelJson(to),
    time,
    op,
    ...(line.lines === undefined ? {} : { lines: line.lines }),
  };
}

/**
 * Reads a line of a journal. Faults: no JSON object, a field that is missing or of another kind. Fields that are
 * not known are passed over.
 */
export function readJournalLine(text: string): Result<JournalLine> {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return fail(t('This line is not valid JSON. It was left out.'));
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return fail(t('This line is not a JSON object. It was left out.'));
  }
  const { op } = value;
  if (typeof op !== 'string' || op === '') return wrong('op', op, t('the id of an action'));
  const time = typeof value.time === 'string' ? value.time : '';
  if (value.undo !== undefined) return stepBack(value.undo, 'undo', op, time);
  if (value.redo !== undefined) return stepBack(value.redo, 'redo', op, time);
  if (value.anchor !== undefined) return anchorLine(value.anchor, op, time);
  return editLine(value, op, time);
}

function stepBack(target: Json, kind: 'undo' | 'redo', op: string, time: string): Result<JournalLine> {
  if (typeof target !== 'string') return wrong(kind, target, t('the id of an action'));
  return ok({ kind, op, target, time });
}

function anchorLine(value: Json, op: string, time: string): Result<JournalLine> {
  const { from, to, hash } = (value ?? {}) as JsonObject;
  if (!isOrdinal(from)) return wrong('anchor.from', from, t('a row number'));
  if (!isOrdinal(to)) return wrong('anchor.to', to, t('a row number'));
  if (!isHash(hash)) return wrong('anchor.hash', hash, t('16 hex digits'));
  return ok({ kind: 'anchor', op, time, move: { from, to, hash } });
}

function editLine(value: JsonObject, op: string, time: string): Result<JournalLine> {
  const { row, hash, step, from, to, lines } = value;
  const trajectory = value.trajectory ?? 1;
  if (!isOrdinal(row)) return wrong('row', row, t('a row number'));
  if (!isHash(hash)) return wrong('hash', hash, t('16 hex digits'));
  if (!isOrdinal(trajectory)) return wrong('trajectory', trajectory, t('a number from 1'));
  if (!isOrdinal(step)) return wrong('step', step, t('a number from 1'));
  for (const [name, label] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (label !== null && !isLabel(label)) {
      return wrong(name, label, t('"correct", "neutral", "incorrect", a number between 0 and 1, or null'));
    }
  }
  if (lines !== undefined && !isOrdinal(lines)) return wrong('lines', lines, t('a number from 1'));
  const change = { row, hash, trajectory, step, from: labelOf(from), to: labelOf(to) };
  return ok({ kind: 'edit', op, time, change, lines });
}

function labelOf(value: Json | undefined): Label | undefined {
  return isLabel(value) ? value : undefined;
}

function isOrdinal(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LARGEST;
}

function isHash(value: Json | undefined): value is string {
  return typeof value === 'string' && HASH.test(value);
}

function wrong(name: string, value: Json | undefined, expected: string): Result<never> {
  const found = value === undefined ? t('missing') : quote(value);
  return fail(t('{0} is {1}, but {2} is expected. The line was left out.', name, found, expected));
}
