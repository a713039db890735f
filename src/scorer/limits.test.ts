import assert from 'node:assert/strict';
import { join } from 'node:path';
import { EXPECTED, editJson, modelFolder, startFault, startScorer } from '../../test/support/models';

/** A folder whose tokenizer splits texts by this expression. */
function splitting(pattern: string): string {
  const folder = modelFolder('cfprm');
  const split = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false };
  editJson(join(folder, 'tokenizer.json'), (old) => ({
    ...old,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [split, old.pre_tokenizer] },
  }));
  return folder;
}

/** A folder whose chat template loops for years. */
function looping(): string {
  const folder = modelFolder('qwen');
  const open = '{% for a in range(9999) %}'.repeat(4);
  const chat_template = `${open}${'{% endfor %}'.repeat(4)}`;
  editJson(join(folder, 'tokenizer_config.json'), (old) => ({ ...old, chat_template }));
  return folder;
}

describe('a model whose files keep the process at work for ever', () => {
  const folders = {
    'an expression of its tokenizer': () => splitting('(?:.|\\n|[^#])+#'),
    'a loop of its chat template': looping,
  };
  for (const [what, folder] of Object.entries(folders)) {
    it(`is refused by name: ${what}`, async () => {
      const fault = await startFault(folder(), { textLimitMs: 500 });
      assert.equal(fault?.kind, 'timeout');
      assert.match(
        fault.message,
        /^The tokenizer and the chat template of (?:cfprm|qwen) did not finish a text within 0\.5 s\. Use/u,
      );
    });
  }

  it('costs a solution its scores, and no other, where it is that text alone', async () => {
    const scorer = await startScorer(splitting('(?:z+z+)+y'), { textLimitMs: 1000 });
    const fine = EXPECTED.cfprm!.rows[0]!;
    const endless = { problem: 'p', steps: ['z'.repeat(60)] };
    const results = await scorer.score([fine, endless, { ...fine, problem: 'another' }]);
    await scorer.stop();
    assert.deepEqual(
      results.map((result) => (result.ok ? 'ok' : result.fault.kind)),
      ['ok', 'timeout', 'ok'],
    );
  });

  it('ends with the time for loading, whatever it is', async () => {
    const fault = await startFault(looping(), { loadTimeoutMs: 1500, textLimitMs: 60_000 });
    assert.equal(fault?.kind, 'timeout');
    assert.match(fault.message, /^qwen did not answer within 1\.5 s\./u);
  });
});
