import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';

/** What a pass over a source did with its rows. */
export interface RowBalance {
  /** Rows that the reader handed out, or reported because they cannot be. */
  readonly read: number;
  /** Rows that were used. */
  readonly used: number;
  /** Rows that were reported instead. */
  readonly reported: number;
  /** Lines that were counted in the bytes of every output, and that there should be. */
  readonly lines: readonly (readonly [counted: number, expected: number])[];
}

/**
 * Makes sure, before anything is put in its place, that no row was lost or doubled on the way. Readers, converters and
 * writers count for themselves. Fault: the numbers do not add up, which is a bug of ours.
 */
export function checkBalance(source: string, { read, used, reported, lines }: RowBalance): Result<void> {
  const odd = lines.find(([counted, expected]) => counted !== expected);
  if (read === used + reported && odd === undefined) return ok(undefined);
  const numbers = odd === undefined ? `${used} + ${reported}, ${read}` : `${odd[0]}, ${odd[1]}`;
  return fail(
    t(
      'Nothing was written, because rows of {0} were lost or doubled on the way ({1}). This is a fault of CFPRM: report it, with the file if you may.',
      source,
      numbers,
    ),
  );
}
