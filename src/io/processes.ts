import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** This machine's name as a part of file names: letters, digits, `_` and `.`, at most 64. */
export function hostTag(): string {
  return hostname()
    .replace(/[^\w.]/gu, '_')
    .slice(0, 64);
}

/**
 * Names the one place in which this process's id means what it means here: this host, since its kernel started, in
 * this process namespace (containers on one machine share a kernel, often a host name, and not their processes).
 * Undefined where the system does not say so, which is everywhere but on Linux.
 */
export function processPlace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const parts = [hostname(), boot, readlinkSync('/proc/self/ns/pid')];
    return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
  } catch {
    return undefined;
  }
}

/** True if a process with this id lives in the place where this one does. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
