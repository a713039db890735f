import type { Fault } from '../core/result';
import { type Compression, compressionOf, MAGIC_BYTES } from './compression';
import { bombFault, damageFault } from './spool';
import { unpack } from './unpack';

/** Input that comes once (standard input), unpacked if its first bytes say that it is compressed. */
export class UnpackedStream {
  /** Content that was read ahead and not taken yet. */
  readonly held: Uint8Array[] = [];
  /** How the input is compressed; known once something was read. */
  compression: Compression | undefined;
  /** True once everything was read. */
  ended = false;
  /** Why the content ended early, if it did because it is damaged. */
  damage: Fault | undefined;
  /** Why it was not read to its end although nothing is wrong with it: then none of it may be used. */
  trouble: Fault | undefined;
  private heldBytes = 0;
  private readBytes = 0;
  private content: AsyncGenerator<Uint8Array, Fault | undefined> | undefined;

  /** @param name what faults call the input */
  constructor(
    private readonly name: string,
    private readonly input: AsyncIterable<Uint8Array>,
  ) {}

  /** Reads ahead until so many bytes were held in all, or the input ends. */
  async hold(bytes: number): Promise<void> {
    while (this.heldBytes < bytes) {
      const chunk = await this.next();
      if (chunk === undefined) return;
      this.held.push(chunk);
      this.heldBytes += chunk.length;
    }
  }

  /** The next piece of content behind what is held; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    this.content ??= this.open();
    const next = await this.content.next();
    if (next.done) {
      this.ended = true;
      this.damage ??= next.value;
      return undefined;
    }
    this.readBytes += next.value.length;
    return next.value;
  }

  private async *open(): AsyncGenerator<Uint8Array, Fault | undefined> {
    const { head, rest } = await this.readMagic();
    this.compression = compressionOf(head);
    if (this.compression === undefined) {
      yield* rest;
      return undefined;
    }
    const damage = yield* unpack(this.compression, rest);
    if (damage?.kind === 'bomb') {
      this.trouble = bombFault(this.name, this.compression);
      return undefined;
    }
    return damage && damageFault(this.name, this.compression, this.readBytes, damage);
  }

  /** The first bytes, however small the pieces are that they come in, and the input with them. */
  private async readMagic(): Promise<{ head: Uint8Array; rest: AsyncGenerator<Uint8Array, undefined> }> {
    const iterator = this.input[Symbol.asyncIterator]();
    const first: Uint8Array[] = [];
    let length = 0;
    while (length < MAGIC_BYTES) {
      const next = await iterator.next();
      if (next.done) break;
      first.push(next.value);
      length += next.value.length;
    }
    const rest = async function* (): AsyncGenerator<Uint8Array, undefined> {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    };
    return { head: Buffer.concat(first), rest: rest() };
  }
}
