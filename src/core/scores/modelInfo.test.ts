import assert from 'node:assert/strict';
import { type ProviderReport, providerName, providerWords } from './modelInfo';

describe('where a model runs, in words', () => {
  const fault = { kind: 'provider-no-device', message: 'No device.' } as const;
  const onCpu: ProviderReport = {
    requested: 'auto',
    used: 'cpu',
    rejected: [{ provider: 'cuda', fault }],
  };

  it('is CPU alone in the status bar, with the reason in the report', () => {
    assert.equal(providerName(onCpu), 'CPU');
    assert.equal(providerWords(onCpu), 'CPU (cuda: no device)');
    assert.equal(providerWords({ ...onCpu, requested: 'cpu' }), 'CPU');
  });
});
