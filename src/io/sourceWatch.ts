import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Digest, fileDigest } from './fileDigest';

/** A change so shortly before the first look may share its time with one just after it: clocks of disks are coarse. */
const TOO_NEW_MS = 100;

/** Watches a file while it is read: what is made of it must be of one state of it. */
export class SourceWatch {
  private constructor(
    private readonly path: string,
    private readonly before: BigIntStats,
    private readonly begun: number,
  ) {}

  /** Begins; nothing must be read before. Throws the errors of the file system. */
  static async begin(path: string): Promise<SourceWatch> {
    const before = await stat(path, { bigint: true });
    return new SourceWatch(path, before, Date.now());
  }

  /**
   * Whether the file is as it was at the beginning. Its size and times can be put back, but not the time of its last
   * change of status; where only that differs (somebody gave it another name, say), or was too new to tell, the file
   * is hashed again and compared with what was read.
   */
  async isSame(read: Digest | undefined): Promise<boolean> {
    const { before, begun } = this;
    const after = await stat(this.path, { bigint: true }).catch(() => undefined);
    const looksSame =
      after !== undefined &&
      after.ino === before.ino &&
      after.dev === before.dev &&
      after.size === before.size &&
      after.mtimeNs === before.mtimeNs;
    if (!looksSame || (read !== undefined && BigInt(read.bytes) !== before.size)) return false;
    const isOld = begun - Number(before.ctimeNs / 1_000_000n) > TOO_NEW_MS;
    if (after.ctimeNs === before.ctimeNs && (isOld || read === undefined)) return true;
    if (read === undefined) return false;
    const now = await fileDigest(this.path);
    return now.ok && now.value.sha256 === read.sha256;
  }
}
