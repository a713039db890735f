import assert from 'node:assert/strict';
import { detect } from './detect';
import type { JsonObject } from './format';

const trlRow = { prompt: 'p', completions: ['a'], labels: [true] };
const benchRow = { problem: 'p', steps: ['a'], label: -1 };

describe('detecting the format', () => {
  it('says on what it rests', () => {
    const detection = detect([trlRow, trlRow, benchRow], 4);
    assert.ok(detection.ok);
    assert.equal(detection.value.format.id, 'trl');
    assert.equal(detection.value.why, '2 of 4 sampled rows have prompt, completions and labels');
    assert.deepEqual(detection.value.runnersUp, [{ id: 'processbench', rows: 1 }]);
  });

  it('counts only rows that can be read', () => {
    const broken = { ...trlRow, labels: [true, false] };
    const detection = detect([broken, broken, benchRow]);
    assert.ok(detection.ok);
    assert.equal(detection.value.format.id, 'processbench');
  });

  it('takes the more specific format at a tie', () => {
    const detection = detect([{ ...benchRow, ...trlRow, labels: undefined as never }]);
    assert.ok(detection.ok);
    assert.equal(detection.value.format.id, 'processbench');
  });

  it('says what it found, which formats are near, and the way out', () => {
    for (const rows of [[{ text: 'x' }, { text: 'y' }], [{ question: 'q', answer: 'a' }], []]) {
      const detection = detect(rows);
      assert.ok(!detection.ok);
      assert.match(detection.fault.message, /^No known format fits\. The first row has (the keys|no keys)/);
      assert.match(detection.fault.message, /Choose the format yourself, or say with a field mapping/);
    }
  });

  it('names the formats that share most of their keys with the rows', () => {
    const near = (row: JsonObject) => {
      const detection = detect([row]);
      assert.ok(!detection.ok);
      return /Nearest are (\S+) \(/u.exec(detection.fault.message)?.[1];
    };
    assert.equal(
      near({ prompt: 'p', completion: 'a', labels: [true], gold: '1', final_correct: true }),
      'trl',
    );
    assert.equal(
      near({ problem: 'p', step: ['a'], label: 1, final_answer_correct: true, id: 'x' }),
      'processbench',
    );
    assert.equal(near({ own_key: 'x' }), undefined);
  });

  it('says why when rows look like a format but none can be read', () => {
    const detection = detect([{ ...trlRow, labels: [] }]);
    assert.ok(!detection.ok);
    assert.match(detection.fault.message, /look like TRL .* none of them can be read: labels has 0 entries/);
  });
});
