import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPECTED, modelFolder, STEP_SHAPE, startScorer } from '../../test/support/models';
import { align } from '../core/scores/align';
import { parseCard } from '../core/scores/prmJson';
import { Engine } from './engine';
import { loadTokenizer } from './loadTokenizer';

/** Largest difference of a score: half precision is read as it was rounded, the rest is single precision. */
const CLOSE: { readonly [name: string]: number } = { skywork: 2e-3, int8: 1e-5, int4: 1e-5 };

/** Dynamic quantization scales a batch as a whole, padding included, so that rows change each other a little. */
const BATCHED: { readonly [name: string]: number } = { int8: 0.05 };

describe('a model of every family', () => {
  for (const [name, { rows }] of Object.entries(EXPECTED).filter((entry) => entry[1].rows.length > 0)) {
    it(`${name}: the ids of the Rust tokenizers and the scores of numpy`, async () => {
      const folder = modelFolder(name);
      const card = parseCard(readFileSync(join(folder, 'prm.json'), 'utf8'));
      assert.ok(card.ok);
      const tokenizer = await loadTokenizer(folder, card.value);
      assert.ok(tokenizer.ok);
      for (const row of rows) {
        const aligned = align(card.value, row, tokenizer.value, card.value.separator.id!);
        assert.ok(aligned.ok);
        assert.deepEqual(aligned.value.ids, row.ids);
      }
      const scorer = await startScorer(folder);
      try {
        const results = await scorer.score(rows);
        for (const [index, result] of results.entries()) {
          assert.ok(result.ok);
          const { scores, tokens } = result.value;
          const wanted = rows[index]!.scores;
          assert.equal(tokens, rows[index]!.ids.length);
          assert.equal(scores.length, wanted.length);
          const worst = Math.max(...scores.map((score, step) => Math.abs(score - wanted[step]!)));
          assert.ok(worst < (CLOSE[name] ?? 1e-6), `${worst}: ${scores} instead of ${wanted}`);
        }
      } finally {
        await scorer.stop();
      }
    });
  }

  for (const name of Object.keys(EXPECTED).filter((model) => EXPECTED[model]!.rows.length > 0)) {
    it(`${name}: the same scores in one batch, where all but the longest are padded`, async () => {
      const folder = modelFolder(name);
      const card = parseCard(readFileSync(join(folder, 'prm.json'), 'utf8'));
      assert.ok(card.ok);
      const { rows } = EXPECTED[name]!;
      const engine = await Engine.create({
        folder,
        spec: card.value,
        provider: 'cpu',
        threads: 1,
        textLimitMs: 20_000,
      });
      assert.ok(engine.ok);
      const prepared = rows.map((row) => {
        const features = card.value.features && Float32Array.from(STEP_SHAPE.compute(row));
        const made = engine.value.prepare(row, features);
        return made.ok ? made.value : assert.fail(made.fault.message);
      });
      const outputs = await engine.value.run(prepared);
      assert.ok(outputs.ok);
      outputs.value.forEach((output, index) => {
        const scores = engine.value.scores(output);
        assert.ok(scores.ok);
        const wanted = rows[index]!.scores;
        assert.equal(scores.value.length, wanted.length);
        const worst = Math.max(...scores.value.map((score, step) => Math.abs(score - wanted[step]!)));
        assert.ok(
          worst < (BATCHED[name] ?? CLOSE[name] ?? 1e-6),
          `${worst}: ${scores.value} instead of ${wanted}`,
        );
      });
    });
  }
});
