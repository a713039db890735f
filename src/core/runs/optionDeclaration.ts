import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';

/** An option of the runner's `train`, as the runner declares it (`cfprm_runner/declaration.py`). */
export interface DeclaredOption {
  /** Without the dashes before it. */
  readonly name: string;
  readonly type: 'integer' | 'number' | 'text' | 'path';
  readonly required?: boolean;
  /** It may be `None`: as if it were left out. */
  readonly optional?: boolean;
  /** It may have several values. */
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly least?: number;
  /** Its value is greater than this. */
  readonly above?: number;
  readonly most?: number;
  /** Its value is less than this. */
  readonly below?: number;
  /** An empty text is refused. */
  readonly filled?: boolean;
  /** A text with a backslash and an n in it is refused. */
  readonly unescaped?: boolean;
  /** What other programs call it. */
  readonly knownAs?: readonly string[];
}

/** The options of `train` by name. */
export type Declaration = ReadonlyMap<string, DeclaredOption>;

const TYPES: readonly unknown[] = ['integer', 'number', 'text', 'path'];

/** Reads the runner's `options.json`; `source` begins the fault's sentence. */
export function parseDeclaration(text: string, source: string): Result<Declaration> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const { version, options } = (value ?? {}) as { version?: unknown; options?: unknown };
  const isOption = (one: Partial<DeclaredOption> | null): one is DeclaredOption =>
    typeof one?.name === 'string' && TYPES.includes(one.type);
  if (version !== 1 || !Array.isArray(options) || !options.every(isOption))
    return fail(t('{0} does not declare the options of the runner. Install CFPRM again.', source));
  return ok(new Map(options.map((option) => [option.name, option])));
}
