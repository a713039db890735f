import { t } from '@vscode/l10n';
/**
 * Something that went wrong, as a value: what a person is told, and where it happened.
 * Exceptions are for bugs; everything that data, files or options can cause is a `Fault`.
 */
export interface Fault {
  /** One sentence that says what is wrong and, where there is one, the way out. */
  readonly message: string;
  /** 1-based row: the physical line, or the number of the element or value where rows are no lines. */
  readonly row?: number;
  /** 1-based column in UTF-16 units inside the row's text, where known. */
  readonly column?: number;
  /** What the row calls itself, where that could be read. */
  readonly id?: string;
}

/** The fault that took a value's place. */
export interface Failure {
  readonly ok: false;
  readonly fault: Fault;
}

/** A value, or the fault that took its place. */
export type Result<T> = { readonly ok: true; readonly value: T } | Failure;

/** Wraps a value. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Wraps a fault; `where` adds row, column and id if they are known already. */
export function fail(message: string, where: { row?: number; column?: number; id?: string } = {}): Failure {
  return { ok: false, fault: { ...where, message } };
}

/** A fault as a sentence that may stand in another text: with its row, if it is known. */
export function faultWords({ row, message }: Fault): string {
  return row === undefined ? message : t('Row {0}: {1}', row, message);
}

/** What went wrong, in the words of whatever was thrown. */
export function errorWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
