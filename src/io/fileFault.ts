import { t } from '@vscode/l10n';
import { errorWords, type Failure, fail } from '../core/result';
import { CHANGED, NOT_REGULAR } from './regularFile';

/**
 * Turns an error of the file system into a fault that names the file and the way out. An error that is not one
 * is a bug, and is thrown again.
 */
export function fileFault(error: unknown, path: string): Failure {
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== 'string') throw error;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fail(t('{0} does not exist. Check the path.', path));
    case 'EACCES':
    case 'EPERM':
      return fail(t('{0} cannot be read: permission denied. Ask its owner for read permission.', path));
    case 'EISDIR':
      return fail(t('{0} is a directory. Name a file in it.', path));
    case CHANGED:
      return fail(errorWords(error));
    case NOT_REGULAR:
      return fail(t('{0} is not a regular file. Copy its content to one first.', path));
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(
        t('{0} cannot be written: the disk is full. Free some space or choose another place.', path),
      );
    case 'EROFS':
      return fail(t('{0} cannot be written: the file system is read-only. Choose another place.', path));
    default:
      return fail(`${path}: ${errorWords(error)}`);
  }
}
