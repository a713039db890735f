import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './rows';

/** The Python of the runner's tests, which has PyTorch, transformers and Ray. */
export const PYTHON = join(root, '.runner-env/bin/python');

/** Runs it with the runner and what the runner's tests share, and leaves nothing beside them. Throws if it fails. */
export function runPython(args: readonly string[]): void {
  const env = {
    ...process.env,
    PYTHONPATH: [join(root, 'runner/src'), join(root, 'runner/tests')].join(':'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  execFileSync(PYTHON, args, { env, stdio: 'ignore' });
}

/** Makes, in a folder, the tiny language model that the runner's own tests train. Throws if Python does. */
export function makeBackbone(folder: string): void {
  const code =
    'import sys; from pathlib import Path; from conftest import make_model; make_model(Path(sys.argv[1]))';
  runPython(['-c', code, folder]);
}
