import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** The code of the error for what is not a file of bytes: a pipe, a device, a socket. */
export const NOT_REGULAR = 'CFPRM_NOT_REGULAR';

/** The code of the error for a file that became shorter while it was read; its message is for people. */
export const CHANGED = 'CFPRM_CHANGED';

/**
 * Opens a file for reading. A pipe or a device is refused with an error of the code `NOT_REGULAR`, and never waited
 * for. Throws the errors of the file system.
 */
export async function openRegular(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a pipe waits for its writer. Windows does not have it, nor pipes with such names.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const info = await file.stat();
    const code = info.isFile() ? undefined : info.isDirectory() ? 'EISDIR' : NOT_REGULAR;
    if (code === undefined) return file;
    throw Object.assign(new Error(`${path} is not a regular file`), { code });
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** More cannot become one text. */
const MOST_TEXT_BYTES = 500_000_000;

/** The text of a file of at most so many bytes. Throws as `openRegular`, and if the file is longer. */
export async function readRegular(path: string, mostBytes = MOST_TEXT_BYTES): Promise<string> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    if (size > mostBytes) throw Object.assign(new Error(`${path} is too large`), { code: 'EFBIG' });
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
