import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Somebody who holds a lock elsewhere. */
export interface LockHolder {
  /** As it calls itself, there. */
  readonly pid: number;
  readonly host: string;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
}

/**
 * Has a process hold a lock in namespaces of its own, made by `unshare` with these options. Where the system refuses
 * them, the process is told to say that it is in another place: what looks at the lock is the same.
 */
export async function holdElsewhere(
  worker: string,
  lock: string,
  options: readonly string[],
): Promise<LockHolder> {
  const flags = process.getuid?.() === 0 ? options : ['--map-root-user', ...options];
  const isAllowed = spawnSync('unshare', [...flags, 'true']).status === 0;
  const name = isAllowed && options.includes('--uts') ? 'hostname elsewhere; ' : '';
  const command = `${name}exec "${process.execPath}" "${worker}" "${lock}"`;
  const child = isAllowed
    ? spawn('unshare', [...flags, '--kill-child', '--fork', 'sh', '-c', command])
    : spawn(process.execPath, [worker, lock, 'elsewhere']);
  let said = '';
  child.stdout.on('data', (data) => {
    said += String(data);
  });
  let err = '';
  child.stderr.on('data', (data) => {
    err += String(data);
  });
  while (!said.includes('\n')) {
    if (child.exitCode !== null) throw new Error(`The lock was not taken: ${err}`);
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  }
  const { pid, host } = JSON.parse(said) as { pid: number; host: string };
  return {
    pid,
    host,
    async kill() {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}
