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
const FOLDS = ['fold-0', 'fold-1', 'fold-2', 'fold-3', 'fold-4'];
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

/** Softly labelled windows of a set of rows, with their step features. @param {string} set */
async function prepare(set) {
  await features(path.join(set, 'train.jsonl'));
  await merge(set, 'train.jsonl', 'hard');
  await must(python, [path.join(recipe, 'teacher.py'), set], fixed);
  await merge(set, 'taught.jsonl', 'merge');
}

/** A run with a seed of its own. @param {string} set @param {number} seed */
async function train(set, seed) {
  const [backbone, output] = [path.join(set, `backbone-${seed}`), path.join(set, `run-${seed}`)];
  if (!existsSync(backbone)) {
    const made = ['--rows', path.join(set, 'train.jsonl'), '--output', backbone, '--features'];
    await runner('backbone', ...made, '--seed', `${seed}`, ...SHAPE);
  }
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const from = ['--input', path.join(set, 'merge'), '--model', backbone];
  await runner('train', ...from, '--output', output, '--seed', `${seed}`, ...settings);
}

/** The mean of a set's runs, in both precisions. @param {string} set */
async function exportMean(set) {
  const [first, ...others] = SEEDS.map((seed) => path.join(set, `run-${seed}/model`));
  for (const precision of ['fp32', 'int8']) {
    const out = path.join(set, precision);
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

/**
 * Does work for each of a list, so many at once.
 * @template T
 * @param {number} workers
 * @param {readonly T[]} list
 * @param {(one: T) => Promise<void>} work
 */
async function atOnce(workers, list, work) {
  const waiting = [...list];
  const worker = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: workers }, worker));
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
  const workers = Number(values['at-once']);
  await must(python, [path.join(recipe, 'prepare.py'), work], fixed);
  const sets = ['all', ...FOLDS].map((name) => path.join(work, name));
  // The model itself, and one like it for each fold, which says how good it is on rows it was not trained on.
  await atOnce(workers, sets, prepare);
  for (const fold of FOLDS) {
    for (const part of PARTS) await features(path.join(work, fold, `apart-${part}.jsonl`));
  }
  await atOnce(
    workers,
    sets.flatMap((set) => SEEDS.map((seed) => ({ set, seed }))),
    ({ set, seed }) => train(set, seed),
  );
  await atOnce(workers, sets, exportMean);
  rmSync(values.out, { recursive: true, force: true });
  cpSync(path.join(work, 'all/int8'), values.out, { recursive: true });
  describe(values.out);
  cpSync(path.join(recipe, 'NOTICE.md'), path.join(values.out, 'NOTICE.md'));
  await must(python, [path.join(recipe, 'report.py'), work, values.out], fixed);
  await must(python, [path.join(recipe, 'points.py'), work, values.out], fixed);
}

if (isMain(import.meta.url)) main(make());
