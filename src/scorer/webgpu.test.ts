import assert from 'node:assert/strict';
import { EXPECTED, modelFolder, startFault, startScorer } from '../../test/support/models';
import type { Verdict, VerdictStore } from './selectProvider';

/** The path of the description (ICD) of a Vulkan driver that computes in software; CONTRIBUTING.md says which. */
const DRIVER = process.env.CFPRM_SOFTWARE_VULKAN;

/** Says that a provider proved itself, so that it is used though a driver in software is slower than the CPU. */
const TRUSTING: VerdictStore = {
  get: (): Verdict => ({
    ok: true,
    verification: {
      maxDifference: 0,
      maxScoreDifference: 0,
      heavy: { onProvider: 1, total: 1 },
      tokensPerSecond: 2,
      cpuTokensPerSecond: 1,
    },
  }),
  set: () => undefined,
};

if (DRIVER !== undefined) {
  describe('WebGPU on a driver in software', () => {
    const before = process.env.VK_DRIVER_FILES;
    beforeEach(() => {
      process.env.VK_DRIVER_FILES = DRIVER;
    });
    afterEach(() => {
      if (before === undefined) delete process.env.VK_DRIVER_FILES;
      else process.env.VK_DRIVER_FILES = before;
    });

    for (const name of ['cfprm', 'rewards', 'qwen', 'shepherd', 'skywork', 'rlhflow', 'int4']) {
      it(`gives the scores of numpy, in batches: ${name}`, async () => {
        const scorer = await startScorer(modelFolder(name), { provider: 'webgpu', verdicts: TRUSTING });
        const { rows } = EXPECTED[name]!;
        const results = await scorer.score(rows);
        await scorer.stop();
        results.forEach((result, index) => {
          assert.ok(result.ok);
          const wanted = rows[index]!.scores;
          const worst = Math.max(...result.value.scores.map((score, k) => Math.abs(score - wanted[k]!)));
          assert.ok(worst < (name === 'skywork' ? 5e-3 : 1e-4), `${worst}`);
        });
      });
    }

    it('computes right and does the work itself, but is refused because it is slower than the CPU', async () => {
      const fault = await startFault(modelFolder('cfprm'), { provider: 'webgpu' });
      assert.equal(fault?.kind, 'provider-slower', fault?.message);
    });

    it('is refused where it leaves the work to the CPU: integer products', async () => {
      const fault = await startFault(modelFolder('int8'), { provider: 'webgpu' });
      assert.ok(
        fault?.kind === 'provider-partial' || fault?.kind === 'provider-wrong-result',
        fault?.message,
      );
    });

    it('is refused where its attention is wrong without an error, which only a long input shows', async () => {
      const fault = await startFault(modelFolder('attention'), { provider: 'webgpu' });
      assert.equal(fault?.kind, 'provider-wrong-result', fault?.message);
    });
  });
}
