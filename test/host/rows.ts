/** What a generated row may differ in. */
export interface RowParts {
  readonly id?: string;
  readonly prompt?: string;
  readonly completions?: readonly string[];
  readonly labels?: readonly unknown[];
  readonly [column: string]: unknown;
}

/** A row of TRL's format as one line of JSON, without the line break; three correct steps unless told. */
export function row(parts: RowParts = {}): string {
  const { prompt = 'What is 6 * 7?', completions = ['Six sevens.', '35 + 7 = 42.', 'The answer is 42.'] } =
    parts;
  const labels = parts.labels ?? completions.map(() => true);
  return JSON.stringify({ ...parts, prompt, completions, labels });
}

/** Rows `r-1` to `r-n`; those whose number `isWrong` picks have their first error at step 2. */
export function rows(n: number, isWrong: (number: number) => boolean = () => false): string {
  return Array.from({ length: n }, (_, i) => {
    const labels = isWrong(i + 1) ? [true, false, false] : [true, true, true];
    return `${row({ id: `r-${i + 1}`, labels })}\n`;
  }).join('');
}
