import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { Step, StepPlace } from '../trajectory';

/** UTF-16 offsets in a row's source text. */
export interface SourceSpan {
  readonly start: number;
  /** One past the last character; for a whole string, past its closing quote. */
  readonly end: number;
}

/** Finds the places of steps in a row's source text, which is parsed once. */
export function createLocator(source: string): (place: StepPlace) => SourceSpan | undefined {
  const tree = parseTree(source);
  const offsetOf = offsetsIn(source);
  return (place) => {
    const node = tree && findNodeAtLocation(tree, [...place.path]);
    if (node === undefined) return undefined;
    const end = node.offset + node.length;
    if (node.type !== 'string' || place.end === undefined) return { start: node.offset, end };
    return { start: node.offset, end: offsetOf(node.offset + 1, place.end) };
  };
}

/**
 * Finds the texts of steps in a row's source text: without quotes, and without what stands before the step in the
 * same string (formats that hold all steps in one). Undefined where the place is not there or no string.
 */
export function createTextLocator(
  source: string,
): (step: Pick<Step, 'text' | 'place'>) => SourceSpan | undefined {
  const tree = parseTree(source);
  const offsetOf = offsetsIn(source);
  return ({ text, place }) => {
    const node = tree && findNodeAtLocation(tree, [...place.path]);
    if (node?.type !== 'string') return undefined;
    const first = node.offset + 1;
    const end = place.end ?? (node.value as string).length;
    return {
      start: offsetOf(first, Math.max(0, end - text.length)),
      end: offsetOf(first, end),
    };
  };
}

/**
 * As `rawOffset`, for the steps of one string in their order: each is looked for behind the one before, so that all of
 * them cost what the string does.
 */
function offsetsIn(source: string): (from: number, decoded: number) => number {
  let last = { from: -1, decoded: 0, at: 0 };
  return (from, decoded) => {
    const isBehind = last.from === from && last.decoded <= decoded;
    const start = isBehind ? last : { at: from, decoded: 0 };
    const at = rawOffset(source, start.at, decoded - start.decoded);
    last = { from, decoded, at };
    return at;
  };
}

/** Offset in the source of the `decoded`-th character of the string literal whose first character is at `from`. */
export function rawOffset(source: string, from: number, decoded: number): number {
  let at = from;
  for (let i = 0; i < decoded; i++) {
    if (source[at] !== '\\') at += 1;
    else at += source[at + 1] === 'u' ? 6 : 2;
  }
  return at;
}
