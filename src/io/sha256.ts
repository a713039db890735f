import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';

/** A SHA-256 in the making. */
export interface Sha256 {
  /**
   * Adds bytes. They must stay as they are until the promise resolves; undefined means that they are done with.
   */
  update(bytes: Uint8Array): Promise<void> | undefined;
  /** The hash of all bytes, as hexadecimal digits. */
  digest(): Promise<string>;
}

/** Makes hashes; `close` when all are done. */
export interface Hasher {
  create(): Sha256;
  close(): Promise<void>;
}

/** Below this a thread of its own costs more than it saves. */
const WORTH_A_THREAD = 16 * 1024 * 1024;

/** What hashes that many bytes best: for much data a second thread, if there can be one. */
export function createHasher(bytes: number): Hasher {
  if (bytes < WORTH_A_THREAD) return LOCAL;
  try {
    return new HashThread();
  } catch {
    return LOCAL;
  }
}

const LOCAL: Hasher = {
  create() {
    const hash = createHash('sha256');
    return {
      update: (bytes) => {
        hash.update(bytes);
        return undefined;
      },
      digest: () => Promise.resolve(hash.digest('hex')),
    };
  },
  close: () => Promise.resolve(),
};

/** The thread's whole program, here because bundles of one file have no second one to load. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const hashes = new Map();
parentPort.on('message', ([id, bytes]) => {
  if (!hashes.has(id)) hashes.set(id, createHash('sha256'));
  if (bytes) hashes.get(id).update(bytes);
  parentPort.postMessage(bytes ? '' : hashes.get(id).digest('hex'));
});
`;

interface Waiting {
  resolve(reply: string): void;
  reject(error: Error): void;
}

/** Hashing takes about as long as everything else in a merge together; in a thread it takes no time of ours. */
class HashThread implements Hasher {
  private readonly worker = new Worker(PROGRAM, { eval: true });
  /** The thread answers in order. */
  private readonly waiting: Waiting[] = [];
  private trouble: Error | undefined;
  private made = 0;

  constructor() {
    this.worker.on('message', (reply: string) => this.waiting.shift()?.resolve(reply));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('The hashing thread has ended.')));
  }

  create(): Sha256 {
    const id = this.made++;
    return {
      update: async (bytes) => {
        await this.ask(id, bytes);
      },
      digest: () => this.ask(id, null),
    };
  }

  async close(): Promise<void> {
    // What a merge that failed left to be hashed is of no interest any more.
    this.waiting.length = 0;
    await this.worker.terminate();
  }

  private ask(id: number, bytes: Uint8Array | null): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.trouble !== undefined) {
        reject(this.trouble);
        return;
      }
      this.waiting.push({ resolve, reject });
      this.worker.postMessage([id, bytes]);
    });
  }

  private fail(error: Error): void {
    this.trouble ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.trouble);
  }
}

/** Hashes bytes that do not stay: copies them into shared memory, of which there are a few pieces in turn. */
export class CopyingSha256 {
  private readonly free: Uint8Array[] = [];
  private readonly busy: Promise<void>[] = [];

  constructor(private readonly hash: Sha256) {}

  /** Adds bytes, which may change as soon as this returns. */
  update(bytes: Uint8Array): void {
    const ready = this.free.findIndex((piece) => piece.length >= bytes.length);
    const piece = ready < 0 ? sharedBytes(bytes.length) : this.free.splice(ready, 1)[0]!;
    piece.set(bytes);
    const done = this.hash.update(piece.subarray(0, bytes.length)) ?? Promise.resolve();
    const after = done.then(() => void this.free.push(piece));
    // Whoever settles or asks for the digest gets the error; it must not count as unhandled before.
    after.catch(() => undefined);
    this.busy.push(after);
  }

  /** Waits until at most a few pieces are still to be hashed. */
  async settle(most = 2): Promise<void> {
    while (this.busy.length > most) await this.busy.shift();
  }

  async digest(): Promise<string> {
    await this.settle(0);
    return this.hash.digest();
  }
}

/** Memory that a thread can read without a copy. */
export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}
