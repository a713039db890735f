import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import type { Format, FormatId, JsonObject } from './format';
import { formats } from './registry';

/** Formats that a message names when none fits. */
const NEAREST = 3;

/** What format a file seems to have. */
export interface Detection {
  readonly format: Format;
  /** In words, what was seen: '24 of 24 sampled rows have prompt, completions and labels'. */
  readonly why: string;
  /** Other formats in which sampled rows can be read, with the number of rows. */
  readonly runnersUp: readonly { readonly id: FormatId; readonly rows: number }[];
}

interface Votes {
  readonly format: Format;
  /** Rows that are recognised and can be read, by what `recognise` said. */
  readonly reasons: Map<string, number>;
  read: number;
  /** Why the first row that is recognised cannot be read. */
  trouble?: string;
}

/**
 * Decides the format of a file from sampled rows: the one that recognises and can read most of them, and the most
 * specific of these at a tie. `total` is the number of sampled rows if some of them were not even JSON.
 *
 * Faults: no format fits (the message lists what was looked for), or rows are recognised but none can be read.
 */
export function detect(rows: readonly JsonObject[], total: number = rows.length): Result<Detection> {
  const votes = formats.map((format) => poll(format, rows));
  const best = votes.reduce((leader, vote) => (vote.read > leader.read ? vote : leader));
  if (best.read === 0) return fail(nothingFits(votes, rows));
  const [reason] = [...best.reasons].sort((a, b) => b[1] - a[1])[0]!;
  const runnersUp = votes
    .filter((vote) => vote !== best && vote.read > 0)
    .sort((a, b) => b.read - a.read)
    .map((vote) => ({ id: vote.format.id, rows: vote.read }));
  const why =
    total === 1
      ? t('{0} of {1} sampled row has {2}', best.read, total, reason)
      : t('{0} of {1} sampled rows have {2}', best.read, total, reason);
  return ok({ format: best.format, why, runnersUp });
}

function poll(format: Format, rows: readonly JsonObject[]): Votes {
  const votes: Votes = { format, reasons: new Map(), read: 0 };
  for (const row of rows) {
    const reason = format.recognise(row);
    if (reason === undefined) continue;
    const reading = format.read(row);
    if (reading.ok) {
      votes.read++;
      votes.reasons.set(reason, (votes.reasons.get(reason) ?? 0) + 1);
    } else {
      votes.trouble ??= reading.fault.message;
    }
  }
  return votes;
}

function nothingFits(votes: readonly Votes[], rows: readonly JsonObject[]): string {
  const close = votes.find((vote) => vote.trouble !== undefined);
  if (close !== undefined) {
    const { id, title } = close.format;
    return t(
      'The sampled rows look like {0} ({1}), but none of them can be read: {2}',
      title,
      id,
      close.trouble!,
    );
  }
  return [
    t('No known format fits. The first row has {0}.', keysOf(rows[0])),
    ...nearest(rows[0]),
    t('Choose the format yourself, or say with a field mapping where problem, steps and labels are.'),
  ].join(' ');
}

/** The formats of which the row has the most keys, those with fewer keys first at a tie, and what they need. */
function nearest(row: JsonObject | undefined): string[] {
  const near = formats
    .map((format) => {
      const keys = format.reads.filter((path) => !/(?<!\\)\./u.test(path));
      const known = keys.filter((key) => Object.hasOwn(row ?? {}, key)).length;
      return { format, known, share: known / keys.length };
    })
    .filter(({ known }) => known > 0)
    .sort((a, b) => b.known - a.known || b.share - a.share)
    .slice(0, NEAREST)
    .map(({ format }) => `${format.id} (${format.signature})`);
  return near.length === 0 ? [] : [t('Nearest are {0}.', near.join('; '))];
}

function keysOf(row: JsonObject | undefined): string {
  const keys = row === undefined ? [] : Object.keys(row);
  if (keys.length === 0) return t('no keys');
  const shown = keys.slice(0, 12).map((key) => (key.length > 40 ? `${key.slice(0, 40)}…` : key));
  const names = shown.join(', ');
  return keys.length > shown.length ? t('the keys {0} and more', names) : t('the keys {0}', names);
}
