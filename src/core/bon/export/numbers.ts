/** A score as a person reads it: four significant digits, no trailing zeros. */
export function spelled(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toPrecision(4)));
}
