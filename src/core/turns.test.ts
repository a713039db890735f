import assert from 'node:assert/strict';
import { Turns } from './turns';

describe('turns', () => {
  it('come in the order in which they are asked for, after one that fails, too', async () => {
    const turns = new Turns();
    const done: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow = turns.take(async () => {
      await gate;
      done.push('slow');
    });
    const failing = turns.take(() => {
      done.push('failing');
      throw new Error('broken');
    });
    const quick = turns.take(() => done.push('quick'));
    open();
    await slow;
    await assert.rejects(failing, /broken/);
    assert.equal(await quick, 3);
    assert.deepEqual(done, ['slow', 'failing', 'quick']);
  });
});
