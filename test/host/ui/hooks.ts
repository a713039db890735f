import { Workbench } from './workbench';

/** Mocha's root hooks for the ui leg: a picture of every failure, and no window left behind. */
export const mochaHooks = {
  async afterEach(this: Mocha.Context): Promise<void> {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    const name = test.fullTitle().replace(/[^\w]+/g, '-');
    for (const workbench of Workbench.opened) await workbench.screenshot(`failed-${name}`).catch(() => '');
  },
  async afterAll(): Promise<void> {
    for (const workbench of Workbench.opened) await workbench.close();
  },
};
