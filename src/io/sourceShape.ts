import { t } from '@vscode/l10n';
import type { Format, JsonObject } from '../core/formats/format';
import type { Container } from '../core/jsonl/splitter';
import { fail, faultWords, ok, type Result } from '../core/result';
import type { RowSample } from './rowSample';
import { MAX_ROW_BYTES } from './rowStream';

/** How a file is to be read. */
export interface Shape {
  readonly container: Container;
  readonly format: Format;
  /** Why this format, in words. */
  readonly why: string;
  /** Trajectories per row in the sampled rows, on average; at least 1. */
  readonly perRow: number;
}

/** Takes rows of the file as the container gives them; longer ones than `maxRowBytes` are passed over. */
export type TakeSample = (container: Container, maxRowBytes: number) => Promise<Result<RowSample>>;

/** Decides the format of sampled rows; `seen` counts those, too, that are no JSON objects. */
export type ChooseFormat = (
  rows: readonly JsonObject[],
  seen: number,
) => Result<{ readonly format: Format; readonly why: string }>;

/** While the container is open, no more than this is held of a row: it may be a whole file of lists. */
const LONG_ROW_BYTES = 16 * 1024 * 1024;

/** A container that was tried. */
interface Attempt {
  readonly container: Container;
  readonly sample: RowSample;
  readonly chosen: ReturnType<ChooseFormat>;
  /** Sampled rows that the format reads, and the trajectories in them. */
  readonly reads: number;
  readonly trajectories: number;
}

/**
 * Decides container and format from samples. The first container that `containers` names wins if its first row is
 * whole and the format reads rows, which is so for every JSONL file of a known format; else the first one whose
 * rows a format reads. Lines win, too, if they give at least half as many rows as another that is not whole, either:
 * then some lines of a JSONL file are broken. Faults: those of sampling, no rows, no row that is a JSON object, no format fits.
 */
export async function findShape(
  name: string,
  containers: readonly Container[],
  take: TakeSample,
  choose: ChooseFormat,
): Promise<Result<Shape>> {
  const attempts: Attempt[] = [];
  const attempt = async (container: Container, maxRowBytes: number): Promise<Result<Attempt>> => {
    const sample = await take(container, maxRowBytes);
    if (!sample.ok) return sample;
    const tried = tryFormat(container, sample.value, choose);
    attempts.push(tried);
    return ok(tried);
  };
  const [usual, ...others] = containers as [Container, ...Container[]];
  let first = await attempt(usual, others.length > 0 ? LONG_ROW_BYTES : MAX_ROW_BYTES);
  if (!first.ok) return first;
  const isLongJsonl = (it: Attempt): boolean => it.reads === 0 && it.sample.tooLong > 0 && it.sample.seen > 1;
  if (isLongJsonl(first.value)) {
    attempts.pop();
    first = await attempt(usual, MAX_ROW_BYTES);
    if (!first.ok) return first;
  }
  if (first.value.reads > 0 && first.value.sample.startsWhole) return settle(name, first.value);
  for (const container of others) {
    if (container === 'lists' && attempts.some(isSequence)) continue;
    const other = await attempt(container, LONG_ROW_BYTES);
    if (!other.ok) return other;
  }
  const best = bestOf(attempts);
  if (best === undefined && first.value.sample.tooLong > 0) {
    const whole = await attempt(usual, MAX_ROW_BYTES);
    return whole.ok ? settle(name, whole.value) : whole;
  }
  return settle(name, best ?? closestOf(attempts));
}

function tryFormat(container: Container, sample: RowSample, choose: ChooseFormat): Attempt {
  const chosen = choose(sample.rows, sample.seen);
  const { rows } = sample;
  let reads = 0;
  let trajectories = 0;
  for (const row of chosen.ok ? rows : []) {
    const reading = chosen.ok && chosen.value.format.read(row);
    if (reading === false || !reading.ok || reading.value.length === 0) continue;
    reads++;
    trajectories += reading.value.length;
  }
  return { container, sample, chosen, reads, trajectories };
}

/** Objects one after the other: then the lists of the first one are not what the file is about. */
function isSequence({ container, sample }: Attempt): boolean {
  return container !== 'lists' && sample.startsWhole && sample.rows.length > 1;
}

/**
 * The attempt that reads rows: the first one if it reads at least half as many as any other, unless another one
 * reads as many and has nothing to complain about.
 */
function bestOf(attempts: readonly Attempt[]): Attempt | undefined {
  const [first, ...others] = attempts as [Attempt, ...Attempt[]];
  const whole = others.find(
    ({ reads, sample }) => reads > 0 && reads >= first.reads && reads === sample.seen,
  );
  if (whole !== undefined) return whole;
  const most = Math.max(...attempts.map(({ reads }) => reads));
  if (first.reads > 0 && first.reads * 2 >= most) return first;
  return others.find(({ reads }) => reads > 0);
}

/** Whose fault says most, where none reads rows: one whose rows are objects, from the first on. */
function closestOf(attempts: readonly Attempt[]): Attempt {
  return (
    attempts.find(({ sample }) => sample.startsWhole) ??
    attempts.find(({ sample }) => sample.rows.length > 0) ??
    attempts[0]!
  );
}

function settle(name: string, { container, sample, chosen, reads, trajectories }: Attempt): Result<Shape> {
  const { rows, fault, damage } = sample;
  const perRow = Math.max(1, trajectories / Math.max(1, reads));
  if (rows.length > 0) return chosen.ok ? ok({ container, ...chosen.value, perRow }) : chosen;
  if (damage !== undefined) return { ok: false, fault: damage };
  if (fault === undefined) return fail(t('{0} is empty: it has no rows. Choose another file.', name));
  return fail(`${t('{0} has no readable row.', name)} ${faultWords(fault)}`, fault);
}
