import assert from 'node:assert/strict';
import { Random } from './random';

function draw(seed: number, count: number, below: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.below(below));
}

describe('random', () => {
  it('gives the same numbers for the same seed, everywhere and for ever', () => {
    assert.deepEqual(draw(0, 5, 1000), draw(0, 5, 1000));
    assert.notDeepEqual(draw(0, 5, 1000), draw(1, 5, 1000));
    assert.notDeepEqual(draw(1, 5, 1000), draw(2 ** 32 + 1, 5, 1000));
    assert.deepEqual(draw(42, 6, 1_000_000), GOLDEN);
  });

  it('shuffles evenly: every order of four items about equally often', () => {
    const random = new Random(7);
    const seen = new Map<string, number>();
    for (let k = 0; k < 24_000; k++) {
      const items = [1, 2, 3, 4];
      random.shuffle(items);
      seen.set(items.join(), (seen.get(items.join()) ?? 0) + 1);
    }
    assert.equal(seen.size, 24);
    for (const count of seen.values()) assert.ok(Math.abs(count - 1000) < 150, `${count}`);
  });
});

const GOLDEN = [322924, 945897, 756282, 138142, 756180, 173290];
