import type { FileHandle } from 'node:fs/promises';
import { t } from '@vscode/l10n';
import { NEWLINE } from '../core/jsonl/bytes';
import { TORN_MARK } from '../core/labels/journalLine';
import { Replay } from '../core/labels/replay';
import type { Fault } from '../core/result';
import { RowPusher } from './rowStream';

/** Longest line that is read; the longest that is written has some 250 bytes. */
const MAX_LINE_BYTES = 64 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** So many bytes before the place read up to tell whether the file is still the one that was read. */
const TAIL_BYTES = 256;

/** Reads one journal from its start and then whatever is appended to it, replaying it on the way. */
export class JournalReader {
  readonly replay: Replay;
  /** Bytes read so far. */
  private at = 0;
  private inode = 0;
  private tail: Uint8Array = new Uint8Array(0);
  private readonly pusher: RowPusher;

  /** @param onRow is told every 1-based source row whose labels a line changed */
  constructor(onRow: (row: number) => void) {
    const replay = new Replay(onRow);
    this.replay = replay;
    const visitor = {
      row(bytes: Uint8Array, start: number, end: number, line: number): void {
        replay.line(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString(), line);
      },
      fault(fault: Fault): void {
        const message = t(
          'This line is longer than {0} bytes, so it is no label. It was left out.',
          MAX_LINE_BYTES,
        );
        replay.unreadable({ ...fault, message });
      },
    };
    const start = { offset: 0, row: 1, inside: false };
    this.pusher = new RowPusher('lines', visitor, CHUNK_BYTES, start, MAX_LINE_BYTES);
  }

  /** True if nothing was read yet, not even an empty line. */
  get isFresh(): boolean {
    return this.at === 0;
  }

  /** What has to be written before the next line: a line that was cut off is ended, and marked as such. */
  get lead(): string {
    return this.at === 0 || this.tail.at(-1) === NEWLINE ? '' : `${TORN_MARK}\n`;
  }

  /** Whether the file still begins with what was read from it. Throws the errors of the file system. */
  async continues(file: FileHandle): Promise<boolean> {
    if (this.at === 0) return true;
    const { ino, size } = await file.stat();
    if (ino !== this.inode || size < this.at) return false;
    const now = new Uint8Array(this.tail.length);
    const { bytesRead } = await file.read(now, 0, now.length, this.at - now.length);
    return bytesRead === now.length && now.every((byte, i) => byte === this.tail[i]);
  }

  /** Reads what came since the last time; returns how many bytes. Throws the errors of the file system. */
  async readOn(file: FileHandle): Promise<number> {
    const begin = this.at;
    this.inode = (await file.stat()).ino;
    for (;;) {
      const room = this.pusher.room();
      const { bytesRead } = await file.read(room, 0, room.length, this.at);
      if (bytesRead === 0) return this.at - begin;
      this.at += bytesRead;
      this.tail = Buffer.concat([this.tail, room.subarray(0, bytesRead)]).subarray(-TAIL_BYTES);
      this.pusher.push(bytesRead, false);
    }
  }
}
