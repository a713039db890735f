// `npm run demonstration-model`: makes the model of media/model again, from the data in runner/demonstration to the
// figures of its card (docs/demonstration-model.md).
//   demonstrationModel.mjs [--work FOLDER] [--out FOLDER] [--at-once N]
// What a broken-off run has finished in the work folder is taken as it is. Seeds and settings are fixed; the weights
// are the same, bit for bit, on machines of the same kind.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMain, main, root, run } from './process.mjs';
import { ensureEnvironment, env, python } from './runner.mjs';

const SEEDS = [0, 1, 2];
const PARTS = ['gsm8k', 'math'];
const WINDOWS = [2, 1];
const NAME = 'CFPRM demonstration model';
const SHAPE = ['--width', '64', '--layers', '2'];
const SETTINGS = {
  device: 'cpu',
  precision: 'fp32',
  batch: 6,
  'micro-batch': 6,
  'learning-rate': 3e-3,
  'weight-decay': 0.1,
  'save-every': 300,
};
const recipe = path.join(root, 'runner/demonstration');

/** Threads of the CPU add up in other orders, and give other sums. */
const fixed = { ...env, OMP_NUM_THREADS: '1' };

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [environment]
 */
async function must(program, args, environment) {
  const { code } = await run(program, [...args], environment ? { env: environment } : {});
  if (code !== 0)
    throw new Error(
      `${path.basename(program)} ${args.slice(0, 4).join(' ')} failed with code ${code}: see above.`,
    );
}

/** @param {string[]} args */
const cfprm = (...args) => must(process.execPath, [path.join(root, 'dist/cli.js'), ...args]);

/** @param {string[]} args */
const runner = (...args) => must(python, ['-m', 'cfprm_runner', ...args], fixed);

/** Step features beside a file of rows. @param {string} rows */
const features = (rows) =>
  cfprm('features', rows, '--out', rows.replace(/\.jsonl$/u, '.features.jsonl'), '--force');

/** Windows of a fold's rows, with their step features. @param {string} fold @param {string} rows @param {string} to */
async function merge(fold, rows, to) {
  await cfprm('merge', path.join(fold, rows), '--out', path.join(fold, to), '--force');
  for (const size of WINDOWS) await features(path.join(fold, to, `window-${size}.jsonl`));
}

/** Splits, their merges and all step features. @param {string} work */
async function prepare(work) {
  await must(python, [path.join(recipe, 'prepare.py'), work], fixed);
  await features(path.join(work, 'all/train.jsonl'));
  for (const part of PARTS) await features(path.join(work, `held-out-${part}.jsonl`));
  for (const seed of SEEDS) {
    const fold = path.join(work, `fold-${seed}`);
    await features(path.join(fold, 'train.jsonl'));
    for (const part of PARTS) await features(path.join(fold, `choose-${part}.jsonl`));
    await merge(fold, 'train.jsonl', 'hard');
    await must(python, [path.join(recipe, 'teacher.py'), fold], fixed);
    await merge(fold, 'taught.jsonl', 'merge');
  }
}

/** A run for each seed, without the problems of its fold. @param {string} work @param {number} seed */
async function train(work, seed) {
  const [backbone, output] = [path.join(work, `backbone-${seed}`), path.join(work, `run-${seed}`)];
  if (!existsSync(backbone)) {
    const rows = path.join(work, 'all/train.jsonl');
    await runner(
      'backbone',
      '--rows',
      rows,
      '--output',
      backbone,
      '--features',
      '--seed',
      `${seed}`,
      ...SHAPE,
    );
  }
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const input = path.join(work, `fold-${seed}/merge`);
  await runner(
    'train',
    '--input',
    input,
    '--output',
    output,
    '--model',
    backbone,
    '--seed',
    `${seed}`,
    ...settings,
  );
}

/** The mean of the runs, in both precisions. @param {string} work */
async function exportMean(work) {
  const [first, ...others] = SEEDS.map((seed) => path.join(work, `run-${seed}/model`));
  for (const precision of ['fp32', 'int8']) {
    const out = path.join(work, precision);
    const named = ['--precision', precision, '--name', NAME, '--licence', 'MIT', '--force'];
    await runner('export', '--checkpoint', first ?? '', '--output', out, '--average', ...others, ...named);
  }
}

/** What the card of the mean says, in place of what that of one seed said. @param {string} folder */
function describe(folder) {
  const file = path.join(folder, 'prm.json');
  const card = JSON.parse(readFileSync(file, 'utf8'));
  card.trainedOn =
    'ProcessBench, PRMBench, MR-Ben, BIG-Bench-Mistake and GSM8K in windows C=2, C=1: see MODEL_CARD.md';
  writeFileSync(file, `${JSON.stringify(card, null, 2)}\n`);
}

async function make() {
  const { values } = parseArgs({
    options: {
      work: { type: 'string', default: path.join(root, 'out/demonstration') },
      out: { type: 'string', default: path.join(root, 'media/model') },
      'at-once': { type: 'string', default: '2' },
    },
  });
  const work = path.resolve(values.work);
  await ensureEnvironment();
  await must(process.execPath, [path.join(root, 'scripts/build.mjs')]);
  mkdirSync(work, { recursive: true });
  await prepare(work);
  const waiting = [...SEEDS];
  const worker = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) await train(work, seed);
  };
  await Promise.all(Array.from({ length: Number(values['at-once']) }, worker));
  await exportMean(work);
  rmSync(values.out, { recursive: true, force: true });
  cpSync(path.join(work, 'int8'), values.out, { recursive: true });
  describe(values.out);
  cpSync(path.join(recipe, 'NOTICE.md'), path.join(values.out, 'NOTICE.md'));
  await must(python, [path.join(recipe, 'report.py'), work, values.out], fixed);
}

if (isMain(import.meta.url)) main(make());
