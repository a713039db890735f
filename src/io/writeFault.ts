import { errorWords, type Failure, fail } from '../core/result';

/** Turns an error of writing into a fault that names the place and the way out. */
export function writeFault(error: unknown, path: string): Failure {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(`The disk of ${path} is full. Free some space, or choose a folder on another disk.`);
    case 'EACCES':
    case 'EPERM':
      return fail(`${path} cannot be written: permission denied. Choose another folder.`);
    case 'EROFS':
      return fail(`${path} cannot be written: the file system is read-only. Choose another folder.`);
    case 'EMFILE':
    case 'ENFILE':
      return fail(`${path} cannot be written: too many files are open. Merge with fewer window sizes.`);
    case 'EFBIG':
      return fail(
        `${path} cannot be written: its file system does not hold files that large. Choose another disk.`,
      );
    default:
      return fail(`${path} cannot be written: ${errorWords(error)}`);
  }
}
