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
      return fail(`The disk of ${path} is full, so no label was changed. Free some space and try again.`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail(
        `Labels are kept beside their file, but ${path} cannot be used: permission denied. ` +
          'Make it and its folder writable, or work on a copy of the file.',
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return fail(`The folder of ${path} does not exist any more, so labels cannot be kept there.`);
    case 'EISDIR':
      return fail(`${path} is a folder, but labels are kept in a file of that name. Rename the folder.`);
    default:
      return writeFault(error, path);
  }
}
