/**
 * A label as JSON: 1 and 0 as true and false, between them a number, NaN as null. As numbers, 1 and 0 are written
 * with a decimal point, so that readers that guess a column's type from its first rows take it for a float.
 */
export function labelText(value: number, numbers: boolean): string {
  if (Number.isNaN(value)) return 'null';
  if (!numbers) return value === 1 ? 'true' : value === 0 ? 'false' : String(value);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
