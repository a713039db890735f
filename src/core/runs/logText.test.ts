import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LogTail } from './logText';

const tail = (limit: number, ...pieces: readonly string[]): string => {
  const log = new LogTail(limit);
  for (const piece of pieces) log.append(piece);
  return log.text;
};

describe('LogTail', () => {
  it('shows what a terminal would: progress bars as they are now, no colours', () => {
    assert.equal(tail(10, 'loading:  0%|\rloading: 50%|\rloading: 100%|\n'), 'loading: 100%|\n');
    assert.equal(tail(10, '\u001b[31mred\u001b[0m and \u001b]0;title\u0007plain\r\n'), 'red and plain\n');
  });

  it('keeps the last lines', () => {
    assert.equal(tail(3, 'a\nb\nc\nd'), 'b\nc\nd');
  });

  it('is the same however the log comes in', () => {
    const text = 'one\r\ntwo 1%\rtwo 2%\n\u001b[1mthree\u001b[0m\nfour';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, k) => text.slice(places[k], end));
        assert.equal(tail(3, ...pieces), tail(3, text));
      }),
    );
  });
});
