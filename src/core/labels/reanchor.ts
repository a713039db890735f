import type { AnchorMove } from './journalLine';
import type { EditedRow, Overlay } from './overlay';

/** Whether the edits of a journal still fit their source. */
export interface AnchorReport {
  /** Labels in effect whose row has the bytes that it was labelled with. */
  readonly holding: number;
  /** Labels in effect whose row has not. */
  readonly stale: number;
  /** The rows of the stale ones, ascending. */
  readonly staleRows: readonly EditedRow[];
}

/** A stale row whose edits cannot be moved, because more than one place could be theirs. */
export interface AmbiguousRow extends EditedRow {
  /** Rows that have its bytes now, ascending; the first ten. */
  readonly candidates: readonly number[];
  /** How many there are. */
  readonly count: number;
}

/** Where the edits of stale rows can go. Nothing is moved before a person agrees. */
export interface ReanchorPlan {
  /** Labels that need no move. */
  readonly holding: number;
  /** Rows whose bytes are found at exactly one other place, which no other edits claim. */
  readonly moves: readonly (AnchorMove & { readonly edits: number })[];
  /** Rows whose bytes are nowhere any more. */
  readonly lost: readonly EditedRow[];
  readonly ambiguous: readonly AmbiguousRow[];
}

const KEPT_CANDIDATES = 10;

/** Checks the edited rows of a source, which are handed over one by one. */
export class AnchorCheck {
  /** The last row that has to be looked at; 0 if there are no edits. */
  readonly lastRow: number;
  private readonly edited: readonly EditedRow[];
  private readonly found = new Map<number, string>();

  constructor(private readonly overlay: Overlay) {
    this.edited = overlay.editedRows();
    this.lastRow = this.edited.at(-1)?.row ?? 0;
  }

  /** Takes a row of the source; its hash is only asked for if it has edits. */
  see(row: number, hash: () => string): void {
    if (this.overlay.hasEdits(row)) this.found.set(row, hash());
  }

  /** What was seen: an edited row that was not handed over is not there any more, and stale. */
  report(): AnchorReport {
    const staleRows = this.edited.filter(({ row, hash }) => this.found.get(row) !== hash);
    const stale = sum(staleRows);
    return { holding: sum(this.edited) - stale, stale, staleRows };
  }
}

/** Looks for the rows of stale edits; takes every row of the source once, in order. */
export class ReanchorPlanner {
  private readonly edited: readonly EditedRow[];
  private readonly places = new Map<string, { readonly rows: number[]; count: number }>();
  private readonly wanted = new Map<string, Set<number>>();
  private readonly holding = new Set<string>();

  constructor(overlay: Overlay) {
    this.edited = overlay.editedRows();
    for (const { row, hash } of this.edited) {
      const rows = this.wanted.get(hash);
      if (rows === undefined) this.wanted.set(hash, new Set([row]));
      else rows.add(row);
    }
  }

  /** True if there is nothing to look for. */
  get isEmpty(): boolean {
    return this.edited.length === 0;
  }

  /** Takes a row of the source and its hash. */
  see(row: number, hash: string): void {
    const wanted = this.wanted.get(hash);
    if (wanted === undefined) return;
    if (wanted.has(row)) this.holding.add(key(row, hash));
    const place = this.places.get(hash) ?? { rows: [], count: 0 };
    this.places.set(hash, place);
    place.count++;
    if (place.rows.length < KEPT_CANDIDATES) place.rows.push(row);
  }

  /**
   * The plan for what was seen. The only place of a row is still ambiguous if other edits hold there or want to
   * go there too: nobody can tell then whose it is.
   */
  plan(): ReanchorPlan {
    const moves: (AnchorMove & { edits: number })[] = [];
    const lost: EditedRow[] = [];
    const ambiguous: AmbiguousRow[] = [];
    let holding = 0;
    for (const edited of this.edited) {
      const { row, hash, edits } = edited;
      const place = this.places.get(hash);
      if (this.holding.has(key(row, hash))) holding += edits;
      else if (place === undefined) lost.push(edited);
      else if (place.count > 1 || this.wanted.get(hash)!.size > 1) {
        ambiguous.push({ ...edited, candidates: place.rows, count: place.count });
      } else moves.push({ from: row, to: place.rows[0]!, hash, edits });
    }
    return { holding, moves, lost, ambiguous };
  }
}

function key(row: number, hash: string): string {
  return `${row}:${hash}`;
}

function sum(rows: readonly EditedRow[]): number {
  return rows.reduce((all, { edits }) => all + edits, 0);
}
