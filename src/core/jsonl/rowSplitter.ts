import { ArraySplitter } from './arraySplitter';
import { BRACE_OPEN, BRACKET_OPEN, isSpace, startsWithBom } from './bytes';
import { LineSplitter } from './lineSplitter';
import { ListSplitter } from './listSplitter';
import type { Container, RowSplitter, SplitStart } from './splitter';
import { ValueSplitter } from './valueSplitter';

const FILE_START: SplitStart = { row: 1, inside: false };

/** A splitter for the container. */
export function createSplitter(container: Container, start: SplitStart = FILE_START): RowSplitter {
  switch (container) {
    case 'lines':
      return new LineSplitter(start);
    case 'array':
      return new ArraySplitter(start);
    case 'values':
      return new ValueSplitter(start);
    case 'lists':
      return new ListSplitter(start);
  }
}

/**
 * The containers that a file's first bytes leave open, the likeliest first: an array if the first visible byte is
 * `[`; lines, values or lists if it is a brace; lines for anything else.
 */
export function possibleContainers(head: Uint8Array): readonly Container[] {
  let i = startsWithBom(head, 0, head.length) ? 3 : 0;
  while (i < head.length && isSpace(head[i]!)) i++;
  if (head[i] === BRACKET_OPEN) return ['array'];
  return head[i] === BRACE_OPEN ? ['lines', 'values', 'lists'] : ['lines'];
}
