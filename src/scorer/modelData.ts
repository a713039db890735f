import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { t } from '@vscode/l10n';
import { errorWords } from '../core/result';
import { type Scored, scoreFail } from '../core/scores/scoreFault';
import { externalFiles } from './onnxGraph';

/** Where onnxruntime is to find a model's data: it follows no link that leaves the model's folder. */
export interface Relocation {
  /** A folder that really holds all of them. */
  readonly folder: string;
  /** The paths in it, with `/`, by what the graph names. */
  readonly locations: { readonly [location: string]: string };
}

/** The files of data that a model's graph names. */
export interface ModelData {
  readonly paths: readonly string[];
  /** Undefined where onnxruntime finds them by itself. */
  readonly relocation: Relocation | undefined;
}

/** A file in the cache of the Hugging Face Hub: `models--owner--name/blobs/<hash>`, to which its folders and many downloads link. */
const HUB_BLOB = /[/\\]models--[^/\\]+[/\\]blobs[/\\][0-9a-f]{40,64}$/u;

/**
 * The files of data that a model's graph names, which lie in its folder, perhaps as links: to somewhere in it, to the
 * Hub's cache, or to what the user allowed. Faults: the model cannot be read or is damaged; one of them is missing
 * (`model-data-missing`), or is elsewhere (`model-data-escapes`, with the `path` that the user could allow).
 * @param allowed files, or folders of files, outside the folder that the user allowed
 */
export async function modelData(model: string, allowed: readonly string[]): Promise<Scored<ModelData>> {
  let locations: string[] | undefined;
  try {
    locations = (await stat(model)).isFile() ? await externalFiles(model) : [];
  } catch (error) {
    return scoreFail('model-not-found', t('{0} cannot be read ({1}).', model, errorWords(error)));
  }
  if (locations === undefined)
    return scoreFail('model-corrupt', t('{0} is damaged or cut off. Copy or download it again.', model));
  const folder = dirname(model);
  const real = new Map<string, string>();
  for (const location of locations) {
    const found = await realFile(model, location, allowed);
    if (!found.ok) return found;
    real.set(location, found.value);
  }
  const paths = locations.map((location) => join(folder, location));
  const homes = [await realpath(folder), dirname(await realpath(model))];
  const isKnown = [...real.values()].every((path) => homes.some((home) => isWithin(path, home)));
  return { ok: true, value: { paths, relocation: isKnown ? undefined : relocated(real) } };
}

/** Where a file of data really lies. */
async function realFile(
  model: string,
  location: string,
  allowed: readonly string[],
): Promise<Scored<string>> {
  const folder = dirname(model);
  const path = join(folder, location);
  if (isAbsolute(location) || !isWithin(path, folder)) {
    const what = t(
      '{0} names data outside its folder: {1}. Copy that file next to the model and export it again.',
      model,
      location,
    );
    return scoreFail('model-data-escapes', what);
  }
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) {
    const what = t(
      '{0} is missing, which holds the weights of {1}. Copy it next to the model.',
      path,
      basename(model),
    );
    return scoreFail('model-data-missing', what);
  }
  const homes = [await realpath(folder), dirname(await realpath(model))];
  const others = await Promise.all(allowed.map((other) => realpath(other).catch(() => resolve(other))));
  const isFine = HUB_BLOB.test(real) || [...homes, ...others].some((home) => isWithin(real, home));
  if (isFine) return { ok: true, value: real };
  const what = t(
    '{0} is a link to {1}, outside the folder of the model. If that file belongs to the model, allow it: select the model in VS Code, or add --data-from {2}.',
    path,
    real,
    dirname(real),
  );
  return { ok: false, fault: { ...scoreFail('model-data-escapes', what).fault, path: real } };
}

function isWithin(path: string, folder: string): boolean {
  const between = relative(folder, path);
  return !isAbsolute(between) && between.split(sep)[0] !== '..';
}

/** The deepest folder that holds all of these files, and their paths in it. */
function relocated(real: ReadonlyMap<string, string>): Relocation {
  let folder = dirname([...real.values()][0]!);
  while (![...real.values()].every((path) => isWithin(path, folder))) folder = dirname(folder);
  const names = [...real].map(([location, path]) => [location, relative(folder, path).split(sep).join('/')]);
  return { folder, locations: Object.fromEntries(names) };
}
