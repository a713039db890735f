import { t } from '@vscode/l10n';
import { type Failure, fail } from '../core/result';
import { writeFault } from './writeFault';

/**
 * Turns an error of the file system around a label journal into a fault that names the journal and the way out. An
 * error that is not one is a bug, and is thrown again.
 */
export function journalFault(error: unknown, path: string): Failure {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(
        t('The disk of {0} is full, so no label was changed. Free some space and try again.', path),
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail(
        t(
          'Labels are kept beside their file, but {0} cannot be used: permission denied. Make it and its folder writable, or work on a copy of the file.',
          path,
        ),
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return fail(t('The folder of {0} does not exist any more, so labels cannot be kept there.', path));
    case 'EISDIR':
      return fail(t('{0} is a folder, but labels are kept in a file of that name. Rename the folder.', path));
    default:
      return writeFault(error, path);
  }
}
