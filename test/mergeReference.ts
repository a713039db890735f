import type { MergeOptions } from '../src/core/merge/options';

/** A merged row as the reference sees it. */
export interface ReferenceRow {
  readonly size: number | 'N';
  readonly spans: [number, number][];
  readonly labels: (number | null)[];
}

/** What merging one trajectory gives, by the definitions, in the plainest code: no plans, no caches, no bytes. */
export function referenceMerge(labels: readonly (number | null)[], options: MergeOptions): ReferenceRow[] {
  const n = labels.length;
  const rows: ReferenceRow[] = [];
  for (const size of options.sizes) {
    const width = size === 'N' ? n : size;
    for (let offset = 0; offset < (options.overlap && size !== 'N' ? width : 1); offset++) {
      const spans = pass(n, width, offset, options.tail);
      const same = rows.some((row) => JSON.stringify(row.spans) === JSON.stringify(spans));
      if (spans.length === 0 || (same && !options.keepDuplicates)) continue;
      rows.push({ size, spans, labels: spans.map((span) => labelOf(labels, span, options)) });
    }
  }
  return rows;
}

function pass(n: number, width: number, offset: number, tail: string): [number, number][] {
  const spans: [number, number][] = [];
  let open: number[] = [];
  let size = offset > 0 ? offset : width;
  for (let step = 0; step < n; step++) {
    open.push(step);
    if (open.length < size) continue;
    spans.push([open[0]!, step + 1]);
    open = [];
    size = width;
  }
  if (open.length === 0) return spans;
  const inHead = offset > 0 && spans.length === 0;
  if (inHead || tail === 'keep') spans.push([open[0]!, n]);
  else if (tail === 'split') for (const step of open) spans.push([step, step + 1]);
  else if (tail === 'extend') {
    const before = spans.pop();
    spans.push([before?.[0] ?? open[0]!, n]);
  }
  return spans;
}

function labelOf(
  labels: readonly (number | null)[],
  [from, to]: [number, number],
  options: MergeOptions,
): number | null {
  const inside = labels.slice(from, to);
  const known = inside.filter((label) => label !== null);
  const wrong = (label: number | null) => label !== null && label < 0.5;
  switch (options.label) {
    case 'last':
      return inside.at(-1)!;
    case 'any-negative':
      return known.length === 0 ? null : inside.some(wrong) ? 0 : 1;
    case 'mean':
      return known.length === 0 ? null : known.reduce((sum, label) => sum + label, 0) / known.length;
    case 'first-error':
      return labels.slice(0, to).some(wrong) ? 0 : known.length === 0 ? null : 1;
  }
}

/** The counts of a block with these rows, tails left out. */
export function referenceCounts(labels: readonly (number | null)[], rows: readonly ReferenceRow[]) {
  const windows = rows.flatMap((row) => row.spans.map((span, k) => ({ span, label: row.labels[k]! })));
  const side = (label: number | null) => (label === null ? 0 : Math.sign(label - 0.5));
  const hidden = windows.filter(({ span: [from, to], label }) => {
    return labels.slice(from, to - 1).some((step) => side(step) * side(label) < 0);
  });
  return {
    rows: rows.length,
    steps: windows.length,
    positive: windows.filter(({ label }) => label === 1).length,
    negative: windows.filter(({ label }) => label === 0).length,
    soft: windows.filter(({ label }) => label !== null && label > 0 && label < 1).length,
    masked: windows.filter(({ label }) => label === null).length,
    hidden: hidden.length,
  };
}
