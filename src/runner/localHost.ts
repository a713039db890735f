import { t } from '@vscode/l10n';
import { fail, type Result } from '../core/result';
import type { Host, Ran, RunOptions } from './host';
import { runShell, unwrapping, wrapped } from './shellProcess';

/** This machine. */
export class LocalHost implements Host {
  readonly name = t('this machine');
  readonly isLocal = true;

  async run(script: string, options: RunOptions = {}): Promise<Result<Ran>> {
    if (process.platform === 'win32') {
      return fail(
        t(
          'Training on Windows itself is not supported: open the folder in WSL, or choose a profile of another machine.',
        ),
      );
    }
    return runShell(['sh', '-c', unwrapping(wrapped(script, options.secrets))], options);
  }

  async close(): Promise<void> {
    // Nothing is kept open.
  }
}
