import fs, { type FileHandle } from 'node:fs/promises';

/** A call of the file system that is to fail: which one, for which path, and as what. */
export interface Breakage {
  readonly call: 'read' | 'rename' | 'rm' | 'sync' | 'write';
  readonly path: RegExp;
  /** The code of the error. */
  readonly code?: string;
  /** Only reads from this byte of the file on. */
  readonly from?: number;
  /** So many matching calls work before. */
  readonly after?: number;
}

/**
 * Runs work while calls of `node:fs/promises` fail. Returns how many were made to fail; a test in which none was
 * proves nothing.
 */
export async function onBrokenDisk(breakage: Breakage, work: () => Promise<void>): Promise<number> {
  const { call, path, code = 'EIO', after = 0, from = 0 } = breakage;
  let matching = 0;
  const isBroken = (at: unknown): boolean => path.test(String(at)) && matching++ >= after;
  const failure = (at: unknown): Error =>
    Object.assign(new Error(`${code}: broken for a test, ${call} '${String(at)}'`), { code, syscall: call });
  const real = { rename: fs.rename, rm: fs.rm, open: fs.open };
  let failed = 0;
  const fail = (at: unknown): never => {
    failed++;
    throw failure(at);
  };
  const ownHandle = (file: FileHandle, at: unknown): FileHandle => {
    if (call === 'read' || call === 'sync' || call === 'write') {
      const method = file[call].bind(file) as (...args: unknown[]) => Promise<unknown>;
      const isFar = (position: unknown) => from === 0 || Number(position) >= from;
      const broken = async (...args: unknown[]) =>
        isFar(args[3]) && isBroken(at) ? fail(at) : method(...args);
      Object.assign(file, { [call]: broken });
    }
    return file;
  };
  Object.assign(fs, {
    open: async (...args: Parameters<typeof fs.open>) => ownHandle(await real.open(...args), args[0]),
    rename: async (from: string, to: string) =>
      call === 'rename' && isBroken(`${from} ${to}`) ? fail(from) : real.rename(from, to),
    rm: async (...args: Parameters<typeof fs.rm>) =>
      call === 'rm' && isBroken(args[0]) ? fail(args[0]) : real.rm(...args),
  });
  try {
    await work();
  } finally {
    Object.assign(fs, real);
  }
  return failed;
}
