import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CARD_FILE } from '../core/scores/prmJson';

/** What the setting `cfprm.model.path` holds where no model is wanted, not even the demonstration model. */
export const NO_MODEL = 'none';

/**
 * The folder of the small model that comes with the program (docs/demonstration-model.md): `media/model` beside the
 * folder of this program, as in the package, or of its sources. Undefined if it is not there.
 */
export function demonstrationModel(): string | undefined {
  const places = ['../media/model', '../../media/model'].map((place) => resolve(__dirname, place));
  return places.find((place) => existsSync(join(place, CARD_FILE)));
}

/** Whether a model's folder is that of the demonstration model. */
export function isDemonstration(folder: string): boolean {
  return resolve(folder) === demonstrationModel();
}
