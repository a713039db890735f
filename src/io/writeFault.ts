import { t } from '@vscode/l10n';
import { errorWords, type Failure, fail } from '../core/result';

/** Turns an error of writing into a fault that names the place and the way out. */
export function writeFault(error: unknown, path: string): Failure {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(t('The disk of {0} is full. Free some space, or choose a folder on another disk.', path));
    case 'EACCES':
    case 'EPERM':
      return fail(t('{0} cannot be written: permission denied. Choose another folder.', path));
    case 'EROFS':
      return fail(t('{0} cannot be written: the file system is read-only. Choose another folder.', path));
    case 'EMFILE':
    case 'ENFILE':
      return fail(t('{0} cannot be written: too many files are open. Merge with fewer window sizes.', path));
    case 'EFBIG':
      return fail(
        t(
          '{0} cannot be written: its file system does not hold files that large. Choose another disk.',
          path,
        ),
      );
    default:
      return fail(t('{0} cannot be written: {1}', path, errorWords(error)));
  }
}
