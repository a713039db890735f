import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import type { Label } from '../trajectory';
import { quote } from './fields';
import type { Json } from './format';

/**
 * A Monte-Carlo estimate of a step's correctness as its label: strictly between 0 and 1 it is soft, 1 is correct
 * and 0 incorrect; null and absent give no label. Faults: anything else. `name` is the field as messages call it.
 */
export function readEstimate(value: Json | undefined, name: string): Result<Label | undefined> {
  if (value === undefined || value === null) return ok(undefined);
  if (value === 1) return ok('correct');
  if (value === 0) return ok('incorrect');
  if (typeof value === 'number' && value > 0 && value < 1) return ok(value);
  return fail(
    t(
      '{0} is a label of an unknown kind: {1}. Expected a number from 0 to 1, or null for none.',
      name,
      quote(value),
    ),
  );
}
