import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isAlive, processPlace } from './processes';

/** What an owner writes into its lock. */
export interface LockOwner {
  /** Random: no two owners have the same one, wherever they are. */
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  /** `processPlace` of the owner; null where it has none. */
  readonly place: string | null;
  /** When the lock was asked for, as ISO 8601. */
  readonly since: string;
}

/** A lock as one look at it found it. */
export interface LockLook {
  /** Undefined if the text is not an owner's: it was cut off, or somebody else wrote it. */
  readonly owner: LockOwner | undefined;
  /** Changes with every heartbeat, and with every other owner. */
  readonly state: string;
  /** When the lock was written last, in milliseconds by the clock of its file system. */
  readonly written: number;
}

/** Tokens of the locks that this process holds or asks for; a new process may have an old one's id. */
const own = new Set<string>();

const BEAT_DIGITS = 12;
/** More than any owner writes. */
const MOST_BYTES = 4096;

/** A new owner in this process. `place` stands in for `processPlace` in tests. */
export function newOwner(place = processPlace()): LockOwner {
  const token = randomBytes(12).toString('hex');
  own.add(token);
  return {
    token,
    host: hostname(),
    pid: process.pid,
    place: place ?? null,
    since: new Date().toISOString(),
  };
}

/** The owner's lock was given back. */
export function forgetOwner({ token }: LockOwner): void {
  own.delete(token);
}

/** What stands in a lock after so many heartbeats; always as long. */
export function noteText(owner: LockOwner, beat: number): string {
  return `${JSON.stringify({ ...owner, beat: String(beat).padStart(BEAT_DIGITS, '0') })}\n`;
}

/** The end of the name of a file with which a lock is asked for: says whose it is while there is nothing in it yet. */
export function claimName({ token, pid, place }: LockOwner): string {
  return `${place ?? 'somewhere'}-${pid}-${token}`;
}

/** Who asks for a lock by a file whose name ends like this; undefined if it is no such name. */
export function claimant(name: string): Pick<LockOwner, 'token' | 'pid' | 'place'> | undefined {
  const [, place, pid, token] = /^([\w ]+)-(\d+)-([0-9a-f]{24})$/u.exec(name) ?? [];
  return place === undefined || token === undefined ? undefined : { token, pid: Number(pid), place };
}

/** Looks at a lock; undefined if there is none. Throws other errors of the file system. */
export async function lookAt(path: string): Promise<LockLook | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { ino, mtimeMs } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
      const text = buffer.toString('utf8', 0, bytesRead);
      return { owner: ownerIn(text), state: `${ino} ${mtimeMs} ${text}`, written: mtimeMs };
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function ownerIn(text: string): LockOwner | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockOwner> | null;
    const isOwner = typeof value?.token === 'string' && typeof value.pid === 'number';
    return isOwner ? (value as LockOwner) : undefined;
  } catch {
    // Not whole, or not ours: nobody is known to have written it.
    return undefined;
  }
}

/** True if the owner is known to have ended: its process id means something here, and nobody has it any more. */
export function hasEnded(
  owner: Pick<LockOwner, 'token' | 'pid' | 'place'> | undefined,
  place = processPlace(),
): boolean {
  if (owner === undefined || place === undefined || owner.place !== place) return false;
  return owner.pid === process.pid ? !own.has(owner.token) : !isAlive(owner.pid);
}
