import assert from 'node:assert/strict';
import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPECTED, editJson, modelFolder, startFault, startScorer } from '../../test/support/models';
import type { Solution } from '../core/scores/compose';
import type { ScoreFault, ScoreFaultKind } from '../core/scores/scoreFault';
import { inspectModelFolder, openModelFolder } from './modelFolder';
import type { ScorerOptions } from './scorerOptions';

async function refusal(folder: string, options?: ScorerOptions): Promise<ScoreFault> {
  return (await startFault(folder, options)) ?? assert.fail('it started');
}

/** What is done to a folder, and what starting it has to say. */
const FOLDERS: readonly (readonly [
  what: string,
  model: string,
  harm: (folder: string) => void,
  kind: ScoreFaultKind,
  message: RegExp,
])[] = [
  [
    'no prm.json',
    'qwen',
    (folder) => rmSync(join(folder, 'prm.json')),
    'card-missing',
    /prm\.json is not there\. It looks like a model of a known family, for example .*"family":"qwen2\.5-math-prm"/,
  ],
  [
    'a broken prm.json',
    'cfprm',
    (folder) => editJson(join(folder, 'prm.json'), (card) => ({ ...card, maxLength: 0 })),
    'card-invalid',
    /^prm\.json: maxLength is 0: it must be 1 or more\.$/,
  ],
  [
    'no model',
    'cfprm',
    (folder) => rmSync(join(folder, 'model.onnx')),
    'model-not-found',
    /model\.onnx is not there\. Export/,
  ],
  [
    'a model of another name',
    'cfprm',
    (folder) => renameSync(join(folder, 'model.onnx'), join(folder, 'model_int8.onnx')),
    'model-not-found',
    /Name one of model_int8\.onnx in prm\.json \(file\)/,
  ],
  [
    'a model that is cut off',
    'cfprm',
    (folder) => truncateSync(join(folder, 'model.onnx'), 60_000),
    'model-corrupt',
    /model\.onnx is damaged or cut off\. Copy or download it again\.$/,
  ],
  [
    'an empty model',
    'cfprm',
    (folder) => truncateSync(join(folder, 'model.onnx'), 0),
    'model-corrupt',
    /damaged or cut off.*\(Load model from .*model\.onnx failed:ModelProto does not have a graph/,
  ],
  [
    'no data file',
    'external',
    (folder) => rmSync(join(folder, 'model.onnx_data')),
    'model-data-missing',
    /model\.onnx_data is missing, which holds the weights of model\.onnx\. Copy it next to the model\.$/,
  ],
  [
    'a data file that is cut off',
    'external',
    (folder) => truncateSync(join(folder, 'model.onnx_data'), 50_000),
    'model-corrupt',
    /damaged or cut off/,
  ],
  [
    'a data file outside of the folder',
    'external',
    (folder) => {
      const other = join(tmpdir(), `cfprm-data-${process.pid}`);
      cpSync(join(folder, 'model.onnx_data'), other);
      rmSync(join(folder, 'model.onnx_data'));
      symlinkSync(other, join(folder, 'model.onnx_data'));
      process.on('exit', () => rmSync(other, { force: true }));
    },
    'model-data-escapes',
    /model\.onnx_data is a link to .*cfprm-data-\d+, outside the folder of the model\. If that file belongs to the model, allow it: select the model in VS Code, or add --data-from /,
  ],
  [
    'no tokenizer',
    'cfprm',
    (folder) => rmSync(join(folder, 'tokenizer.json')),
    'tokenizer-missing',
    /tokenizer\.json is not there\. Copy it/,
  ],
  [
    'a tokenizer that is no JSON',
    'cfprm',
    (folder) => truncateSync(join(folder, 'tokenizer.json'), 1000),
    'tokenizer-invalid',
    /tokenizer\.json is not valid JSON/,
  ],
  [
    'the tokenizer of another model',
    'qwen',
    (folder) => {
      const other = join(__dirname, '../../test/scorer/models/tokenizers/llama/tokenizer.json');
      cpSync(other, join(folder, 'tokenizer.json'));
    },
    'tokenizer-invalid',
    /tokenizer\.json has "<\|eot_id\|>" at the id 351, where prm\.json expects "<extra_0>"|has .* where prm\.json expects "<extra_0>"/,
  ],
  [
    'a separator that the tokenizer splits',
    'qwen',
    (folder) => editJson(join(folder, 'prm.json'), (card) => ({ ...card, separator: { text: '<step>' } })),
    'separator-split',
    /The tokenizer makes \d+ tokens of "<step>" \([\d, ]+\), where one is needed/,
  ],
  [
    'a separator that is one token alone, but not in a text',
    'qwen',
    (folder) => {
      const tokenizer = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8'));
      const id = tokenizer.model.vocab['.'];
      editJson(join(folder, 'prm.json'), (card) => ({ ...card, separator: { text: '.', id } }));
    },
    'separator-in-text',
    /holds "\."/,
  ],
  [
    'a separator that is another token within a text',
    'shepherd',
    (folder) => {
      const tokenizer = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8'));
      const separator = { text: 'ки', id: tokenizer.model.vocab.ки };
      editJson(join(folder, 'prm.json'), (card) => ({ ...card, separator }));
    },
    'separator-split',
    /^With any text: The solution has 2 steps, but the tokenizer kept 0 separators "ки"/,
  ],
  [
    'a tokenizer whose kind is read differently',
    'cfprm',
    (folder) =>
      editJson(join(folder, 'tokenizer.json'), (old) => ({
        ...old,
        model: { type: 'Unigram', byte_fallback: true },
      })),
    'tokenizer-invalid',
    /Unigram with byte_fallback/,
  ],
  [
    'no chat template',
    'qwen',
    (folder) => editJson(join(folder, 'tokenizer_config.json'), () => ({})),
    'tokenizer-invalid',
    /tokenizer_config\.json has no chat_template/,
  ],
  [
    'a chat template that cannot be read',
    'qwen',
    (folder) => editJson(join(folder, 'tokenizer_config.json'), () => ({ chat_template: '{% if %}' })),
    'tokenizer-invalid',
    /has a chat template that cannot be read/,
  ],
  [
    'a chat template that refuses',
    'qwen',
    (folder) =>
      editJson(join(folder, 'tokenizer_config.json'), () => ({
        chat_template: "{{ raise_exception('no system role') }}",
      })),
    'tokenizer-invalid',
    /has a chat template that fails \(.*no system role/,
  ],
  [
    'a pooled classifier',
    'pooled',
    () => undefined,
    'model-incompatible',
    /one value per solution, not per position: it was exported as a pooled classifier/,
  ],
  [
    'another head than the model has',
    'cfprm',
    (folder) =>
      editJson(join(folder, 'prm.json'), (card) => ({ ...card, head: { kind: 'two-logits', positive: 1 } })),
    'model-incompatible',
    /The model gives 1 numbers per position, but a head of kind "two-logits" has 2/,
  ],
  [
    'another output than the model has',
    'cfprm',
    (folder) => editJson(join(folder, 'prm.json'), (card) => ({ ...card, output: 'scores' })),
    'model-incompatible',
    /it has no output scores \(it has logits\)/,
  ],
  [
    'an input that nobody can fill',
    'shepherd',
    (folder) => editJson(join(folder, 'prm.json'), (card) => ({ ...card, inputs: { positions: 'places' } })),
    'model-incompatible',
    /it has an input position_ids that is not known/,
  ],
  [
    'features that this program does not have',
    'rewards',
    (folder) =>
      editJson(join(folder, 'prm.json'), (card) => ({
        ...card,
        features: { set: 'step-shape', version: 2, size: 3 },
      })),
    'features-unknown',
    /takes the step features step-shape 2 \(3 numbers\), and this version of CFPRM has step-shape 1 \(3 numbers\)/,
  ],
  [
    'features that prm.json does not name',
    'rewards',
    (folder) =>
      editJson(join(folder, 'prm.json'), ({ features, ...card }) => {
        assert.ok(features);
        return card;
      }),
    'model-incompatible',
    /it has an input features, but prm\.json does not say which feature set it takes/,
  ],
];

describe('a model folder with', () => {
  for (const [what, model, harm, kind, message] of FOLDERS) {
    it(`${what} is refused by name: ${kind}`, async () => {
      const folder = modelFolder(model);
      harm(folder);
      const fault = await refusal(folder);
      assert.equal(fault.kind, kind, fault.message);
      assert.match(fault.message, message);
    });
  }

  it('several problems has all of them listed, and a proposal where the family can be told', async () => {
    const folder = modelFolder('qwen');
    for (const name of ['prm.json', 'model.onnx', 'tokenizer_config.json']) rmSync(join(folder, name));
    const { problems, proposal, model } = await inspectModelFolder(folder);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['card-missing', 'model-not-found', 'tokenizer-missing'],
    );
    assert.equal(model, undefined);
    assert.equal(JSON.parse(proposal!).family, 'qwen2.5-math-prm');
  });

  it('a program that is not there, or one that is no scorer, does not start it', async () => {
    const missing = await refusal(modelFolder('cfprm'), { program: join(tmpdir(), 'cfprm-no-such.js') });
    assert.equal(missing.kind, 'child-crashed');
    assert.match(missing.detail!, /Cannot find module/);
  });

  it('is told from others by its files', async () => {
    const print = async (folder: string) => {
      const model = await openModelFolder(folder);
      return model.ok ? model.value.fingerprint : assert.fail(model.fault.message);
    };
    const folder = modelFolder('cfprm');
    const first = await print(folder);
    assert.equal(await print(modelFolder('cfprm')), first);
    writeFileSync(join(folder, 'README.md'), 'words');
    assert.equal(await print(folder), first);
    const bytes = readFileSync(join(folder, 'model.onnx'));
    bytes[bytes.length - 100]! ^= 1;
    writeFileSync(join(folder, 'model.onnx'), bytes);
    assert.notEqual(await print(folder), first);
  });
});

describe('a solution that cannot be scored', () => {
  async function kindsOf(folder: string, solutions: readonly Solution[]): Promise<string[]> {
    const scorer = await startScorer(folder);
    const results = await scorer.score(solutions);
    await scorer.stop();
    return results.map((result) => (result.ok ? 'ok' : `${result.fault.kind}: ${result.fault.message}`));
  }
  const plain = EXPECTED.cfprm!.rows[0]!;

  it('is one for which the model gives no number; the others are scored', async () => {
    const odd = { problem: 'p', steps: ['fine', 'then 🙂', 'after'] };
    const [first, second, third] = await kindsOf(modelFolder('nan'), [plain, odd, plain]);
    assert.deepEqual([first, third], ['ok', 'ok']);
    assert.match(second!, /^not-finite: nan gave NaN for step 2/);
  });

  it('is one with an id that the model does not know; which those are is found out at the start', async () => {
    const scorer = await startScorer(modelFolder('small'));
    assert.match(scorer.info.warnings.join(), /small knows 349 ids, and its tokenizer has 352/);
    await scorer.stop();
    const [first, second] = await kindsOf(modelFolder('small'), [
      { problem: '1', steps: ['2', '3'] },
      { problem: '1', steps: ['<extra_0>'] },
    ]);
    assert.equal(first, 'ok');
    assert.match(second!, /^outside-vocabulary: The tokenizer gives the id \d+, and small knows 349 ids/);
  });

  it('is one that is longer than the model', async () => {
    const long = { problem: 'p', steps: ['1 '.repeat(600)] };
    const [first, second] = await kindsOf(modelFolder('cfprm'), [long, plain]);
    assert.match(first!, /^too-long: The solution is \d+ tokens long, and cfprm reads 512/);
    assert.equal(second, 'ok');
  });

  it('is one that holds the separator', async () => {
    const held = { problem: 'p', steps: ['a<extra_0>'] };
    const [first] = await kindsOf(modelFolder('qwen'), [held]);
    assert.match(first!, /^separator-in-text: Step 1 holds "<extra_0>"/);
  });

  it('is one whose features are missing', async () => {
    const broken = { name: 'step-shape', version: 1, size: 3, compute: () => [1, 2] };
    const scorer = await startScorer(modelFolder('rewards'), { featureSets: [broken] });
    const [result] = await scorer.score([plain]);
    await scorer.stop();
    assert.ok(!result!.ok);
    assert.match(result!.fault.message, /takes 9 features for this solution, and 2 were computed/);
  });
});
