import { hostname } from 'node:os';

/** This machine's name as a part of file names: letters, digits, `_` and `.`, at most 64. */
export function hostTag(): string {
  return hostname()
    .replace(/[^\w.]/gu, '_')
    .slice(0, 64);
}

/** True if a process of this machine has the id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
