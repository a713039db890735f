import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import openWabt from 'wabt';
import { RowScanner } from './scan';
import { finderIn, STRING_SCAN, scanRoom } from './scanRoom';

describe('memory for scanning', () => {
  it('holds what stringScan.wat says', async () => {
    const text = readFileSync(join(__dirname, 'stringScan.wat'), 'utf8');
    const wabt = await openWabt();
    const { buffer } = wabt.parseWat('stringScan.wat', text, { simd: true }).toBinary({});
    assert.equal(STRING_SCAN, Buffer.from(buffer).toString('base64'));
  });

  it('is as large as asked for, and scanned by vectors', () => {
    for (const bytes of [1, 65_519, 65_520, 65_521, 1_000_000]) {
      const room = scanRoom(bytes);
      assert.ok(room.byteLength >= bytes + 15, 'a vector that starts at the last byte lies inside');
      assert.ok(finderIn(room));
    }
    assert.equal(finderIn(new ArrayBuffer(16)), undefined);
  });

  it('finds the first quote, backslash or control byte, wherever the run starts and ends', () => {
    const room = scanRoom(65_520);
    const memory = new Uint8Array(room);
    const find = finderIn(room)!;
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
    // Mostly plain bytes, so that runs are longer than a vector, and bytes above 0x7f, which are none that end one.
    const plain = bytes.map((list) => list.map((byte) => (byte % 23 === 0 ? byte : 0x23 + (byte % 0xd0))));
    fc.assert(
      fc.property(fc.oneof(bytes, plain), fc.nat(40), fc.nat(80), fc.nat(80), (list, at, from, to) => {
        memory.fill(0x22).set(list, at);
        const start = at + Math.min(from, list.length);
        const end = Math.max(start, at + Math.min(to, list.length));
        let expected = start;
        const ends = (byte: number) => byte < 0x20 || byte === 0x22 || byte === 0x5c;
        while (expected < end && !ends(memory[expected]!)) expected++;
        assert.equal(find(start, end), expected);
      }),
    );
    memory.fill(0x61);
    assert.equal(find(65_519, 65_520), 65_520, 'up to the last byte that was asked for');
  });

  it('gives the rows the same faults as other memory does', () => {
    const room = new Uint8Array(scanRoom(4096));
    const [here, there] = [new RowScanner(), new RowScanner()];
    const part = fc.constantFrom(
      '"',
      '\\',
      '\\n',
      '\\u00e9',
      '\\ud83d',
      'x',
      'é',
      '😀',
      '\t',
      ' ',
      '[',
      ']',
      ',',
      '1',
      'long plain text ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.nat(20), (parts, at) => {
        const row = Buffer.from(`["${parts.join('')}"]`);
        room.fill(0x22).set(row, at);
        const found = here.scan(room, at, at + row.length);
        const expected = there.scan(row, 0, row.length);
        assert.equal(found?.message, expected?.message);
        assert.equal(found && found.offset - at, expected?.offset);
      }),
      { numRuns: 2000 },
    );
  });
});
