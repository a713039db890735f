import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../core/result';
import { type Declaration, parseDeclaration } from '../core/runs/optionDeclaration';
import { fileFault } from '../io/fileFault';

/** What a runner's package says of the options of its `train`. Fault: the file is missing or is not a declaration. */
export async function readDeclaration(runnerFolder: string): Promise<Result<Declaration>> {
  const path = join(runnerFolder, 'src/cfprm_runner/options.json');
  try {
    return parseDeclaration(await readFile(path, 'utf8'), path);
  } catch (error) {
    return fileFault(error, path);
  }
}
