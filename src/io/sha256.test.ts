import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { CopyingSha256, createHasher, sharedBytes } from './sha256';

describe('hashing', () => {
  for (const [name, bytes] of [
    ['in this thread', 0],
    ['in a thread of its own', 1e9],
  ] as const) {
    it(`${name} agrees with hashing at once, for several hashes in turn and for bytes that change`, async () => {
      const hasher = createHasher(bytes);
      const shared = hasher.create();
      const copying = new CopyingSha256(hasher.create());
      const expected = createHash('sha256');
      const changing = Buffer.alloc(5000);
      for (let k = 0; k < 200; k++) {
        changing.fill(k);
        const part = changing.subarray(0, (k * 997) % 5000);
        expected.update(part);
        copying.update(part);
        const stable = sharedBytes(part.length);
        stable.set(part);
        await shared.update(stable);
        await copying.settle();
      }
      const digest = expected.digest('hex');
      assert.equal(await shared.digest(), digest);
      assert.equal(await copying.digest(), digest);
      await hasher.close();
    });
  }
});
