import type { SourceLabels } from '../io/sourceLabels';

/** What a JSON document says of the labels that a person gave to the file; nothing if nobody did. */
export function editsOf(labels: SourceLabels | undefined): object {
  if (labels === undefined) return {};
  const { name, sha256, applied, stale, misplaced, faults } = labels;
  return { edits: { name, sha256, labels: applied, stale, misplaced, faults } };
}

/** The same in words. */
export function editLines(labels: SourceLabels | undefined): string[] {
  if (labels === undefined) return [];
  const { name, applied, stale, misplaced, faults } = labels;
  const lines = [`edited labels: ${number(applied)}, from ${name} (--no-edits leaves them out)`];
  if (stale > 0)
    lines.push(`  ${number(stale)} more were left out: their rows have changed since they were labelled`);
  if (misplaced > 0)
    lines.push(`  ${number(misplaced)} more were left out: there is no such row or step, read in this way`);
  for (const { row, message } of faults.slice(0, 3)) lines.push(`  ${name}, line ${row}: ${message}`);
  return lines;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
