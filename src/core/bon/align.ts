/** Where the solutions of one problem are the same, and where they part. */
export interface Alignment {
  /**
   * Per solution and step, a number that two solutions share at a step if and only if they are the same up to and
   * including it. Numbers count from 0 in the order in which they are met, step by step.
   */
  readonly groups: readonly (readonly number[])[];
  /**
   * The 1-based step at which not all solutions are the same any more, one that has ended included; undefined if
   * they are the same to their ends.
   */
  readonly firstDivergence: number | undefined;
}

/**
 * Aligns solutions by step. Steps are the same if their texts are, white space aside.
 * @param solutions the texts of each solution's steps
 */
export function align(solutions: readonly (readonly string[])[]): Alignment {
  const groups: number[][] = solutions.map(() => []);
  const longest = Math.max(0, ...solutions.map((steps) => steps.length));
  let firstDivergence: number | undefined;
  let next = 0;
  for (let step = 0; step < longest; step++) {
    const known = new Map<string, number>();
    let running = 0;
    for (const [index, steps] of solutions.entries()) {
      const text = steps[step];
      if (text === undefined) continue;
      running++;
      const key = `${step === 0 ? '' : groups[index]![step - 1]}\n${bareText(text)}`;
      const group = known.get(key) ?? next++;
      known.set(key, group);
      groups[index]!.push(group);
    }
    if (known.size > 1 || running < solutions.length) firstDivergence ??= step + 1;
  }
  return { groups, firstDivergence };
}

function bareText(text: string): string {
  return text.trim().replace(/\s+/gu, ' ');
}
