import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LogStream, LogTail } from './logText';

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

describe('LogStream', () => {
  const shown = (...pieces: readonly string[]): string => {
    const log = new LogStream();
    return pieces.map((piece) => log.push(piece)).join('');
  };

  it('shows the log as text: no colours, titles or clipboard, and progress bars as each piece leaves them', () => {
    assert.equal(shown('\u001b[31mred\u001b[0m, \u001b]52;c;QQ==\u0007plain\r\n'), 'red, plain\n');
    assert.equal(shown('a\n 1%\r 2%', '\r 3%\r 4%', '\r\ndone\n'), 'a\n 2%\n 4%\ndone\n');
  });

  it('shows no sequence, wherever it is cut in two', () => {
    const text = 'a\u001b[1;31mb\u001b]0;title\u001b\\c\u001b]52;c;QQ==\u0007d\n';
    for (let cut = 0; cut <= text.length; cut++)
      assert.equal(shown(text.slice(0, cut), text.slice(cut)), 'abcd\n');
  });
});
