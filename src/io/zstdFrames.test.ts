import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { ZstdFrames } from './zstdFrames';

const samples = path.resolve(__dirname, '../../test/compressed');
const one = readFileSync(path.join(samples, 'trl.jsonl.zst'));
const frames = readFileSync(path.join(samples, 'trl-frames.jsonl.zst'));

/** The frames that bytes in pieces of this size have, and whether the last one is whole. */
function split(bytes: Uint8Array, size: number): { ended: number[]; whole: boolean } {
  const walker = new ZstdFrames();
  const ended: number[] = [];
  let length = 0;
  let total = 0;
  for (let at = 0; at < bytes.length; at += size) {
    for (const part of walker.split(bytes.subarray(at, at + size))) {
      length += part.bytes.length;
      total += part.bytes.length;
      if (!part.isEnd) continue;
      ended.push(length);
      length = 0;
    }
  }
  assert.equal(total, bytes.length);
  return { ended, whole: walker.isBetween };
}

describe('the frames of zstd data', () => {
  // The skippable frame was written by hand: 8 bytes of header, 5 of content.
  const skippable = frames.indexOf(Buffer.from('502a4d1805000000', 'hex'));
  const expected = [skippable, 13, frames.length - skippable - 13];

  it('are found however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 800 }), (size) => {
        assert.deepEqual(split(frames, size), { ended: expected, whole: true });
        assert.deepEqual(split(one, size), { ended: [one.length], whole: true });
      }),
    );
  });

  it('are known to be cut off wherever they are', () => {
    const ends = new Set([skippable, skippable + 13]);
    for (let cut = 1; cut < frames.length; cut++) {
      assert.equal(split(frames.subarray(0, cut), 64).whole, ends.has(cut), `cut at ${cut}`);
    }
  });

  it('may be empty, and end at what is none', () => {
    const empty = Buffer.from('28b52ffd2000010000', 'hex'); // zstd of no bytes: one last raw block of size 0
    assert.deepEqual(split(Buffer.concat([empty, empty]), 5), {
      ended: [9, 9],
      whole: true,
    });
    const bare = Buffer.from('502a4d1800000000', 'hex'); // a skippable frame of size 0
    assert.deepEqual(split(bare, 3), { ended: [8], whole: true });
    const garbage = split(Buffer.concat([one, Buffer.from('garbage behind')]), 100);
    assert.deepEqual(garbage, { ended: [one.length], whole: false });
  });
});
