import { t } from '@vscode/l10n';
import type { Format, Json, JsonObject } from '../formats/format';
import { parseRow, readParsed } from '../jsonl/readRow';
import { RowText } from '../labels/relabel/rowText';
import { fail, ok, type Result } from '../result';
import type { ModelIdentity } from './modelInfo';
import type { ScoreFaultKind } from './scoreFault';

/** The column with the scores, and the one that says whose they are. */
const SCORES_COLUMN = 'scores';
const SCORED_BY_COLUMN = 'scored_by';

/** What stands in a row beside its scores. */
export interface ScoredBy extends ModelIdentity {
  /** Where the model ran. */
  readonly provider: string;
  /** Version of the tool. */
  readonly cfprm: string;
}

/** Why a trajectory of a row has no scores; `trajectory` is 1-based and counts those of the row. */
export interface RowFault {
  readonly trajectory: number;
  readonly kind: ScoreFaultKind;
  readonly message: string;
}

/** A trajectory's scores, one per step; undefined if it has none. */
export type TrajectoryScores = readonly number[] | undefined;

const encoder = new TextEncoder();

/**
 * A row with its scores: the columns `scores` (a number or null per step; a list of such lists if the row holds
 * several trajectories) and `scored_by` are put in the place of columns of these names, or behind the others. All
 * else stays byte for byte, but that a row laid out over several lines becomes one line.
 *
 * What was written is read again: faults (with row) if the format makes something else of the column, if one of the
 * two columns occurs twice, or if the row cannot be read.
 *
 * @param text the row, a JSON object, without line end
 * @param scores for each trajectory of the row
 */
export function scoredRow(
  text: string,
  row: number,
  format: Format,
  scores: readonly TrajectoryScores[],
  by: ScoredBy,
  faults: readonly RowFault[],
): Result<string> {
  const parsed = parse(text, row);
  if (!parsed.ok) return parsed;
  const trajectories = readParsed(parsed.value, row, format);
  if (!trajectories.ok) return trajectories;
  const twice = [SCORES_COLUMN, SCORED_BY_COLUMN].find((key) => parsed.value.duplicates.includes(key));
  if (twice !== undefined)
    return fail(t('The key "{0}" occurs twice in this row. Keep one of them.', twice), { row });
  const lists = scores.map(
    (values, index) => values?.map(rounded) ?? trajectories.value[index]!.steps.map(() => null),
  );
  const identity: Json = {
    ...by,
    ...(faults.length === 0 ? {} : { faults: faults.map((fault) => ({ ...fault })) }),
  };
  // One trajectory is a plain list, unless the format keeps lists of candidates.
  const shapes: readonly Json[] = lists.length === 1 ? [lists[0]!, lists] : [lists];
  for (const shape of shapes) {
    const written = withColumns(text, parsed.value.value, shape, identity);
    if (readsAs(written, row, format, scores)) return ok(written);
  }
  return fail(
    t(
      '{0} takes the column "{1}" for something else, so this row was left without scores. Convert the file first, for example with cfprm convert --to trl.',
      format.title,
      SCORES_COLUMN,
    ),
    { row },
  );
}

/** Seven digits: what single precision holds. */
function rounded(score: number): number {
  return Number(score.toPrecision(7));
}

function withColumns(text: string, row: JsonObject, scores: Json, by: Json): string {
  const line = new RowText(text.replace(/[\r\n]+\s*/gu, ''));
  const last = Object.keys(row).at(-1)!;
  const separators = { comma: line.comma([]), colon: line.colon([]) };
  line.setMember([], SCORES_COLUMN, spell(scores, separators), last);
  line.setMember([], SCORED_BY_COLUMN, spell(by, separators), last);
  return line.patched();
}

/** JSON with the white space that the row has between its own members, if that is none or a space. */
function spell(value: Json, { comma, colon }: { comma: string; colon: string }): string {
  const [between, behind] = [comma === ', ' ? ', ' : ',', colon === ': ' ? ': ' : ':'];
  if (Array.isArray(value)) return `[${value.map((entry) => spell(entry, { comma, colon })).join(between)}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}${behind}${spell(member, { comma, colon })}`).join(between)}}`;
}

function readsAs(text: string, row: number, format: Format, scores: readonly TrajectoryScores[]): boolean {
  const parsed = parse(text, row);
  const reading = parsed.ok ? readParsed(parsed.value, row, format) : parsed;
  if (!reading.ok || reading.value.length !== scores.length) return false;
  return reading.value.every(({ steps }, index) => {
    const wanted = scores[index];
    if (wanted === undefined) return true;
    return steps.length === wanted.length && steps.every(({ score }, k) => score === rounded(wanted[k]!));
  });
}

function parse(text: string, row: number) {
  const bytes = encoder.encode(text);
  return parseRow(bytes, 0, bytes.length, row);
}
