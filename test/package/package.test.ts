import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Package, TARGETS, type Target } from '../../scripts/package.mjs';
import { ensureHost, installPackage } from '../../scripts/vscodeServer.mjs';
import { EXPECTED, modelFolder } from '../support/models';
import { PLATFORM, packages } from './packages';

const MOST_MEGABYTES = 45;

/** The files below a folder, relative, with forward slashes. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

describe('packages', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'cfprm-packages-'));
  let made: Map<Target, Package>;
  /** The installed extensions' folders. */
  const installed = new Map<Target, string>();
  before(async () => {
    made = await packages();
    for (const { target, file } of made.values())
      installed.set(target, installPackage(await ensureHost(), file, join(scratch, target)));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** Scores the model's own rows with the command line of an installed package. */
  function score(target: Target): { code: number | null; out: string; err: string; scores: number[][] } {
    const source = join(scratch, `${target}.jsonl`);
    const out = join(scratch, `${target}-scored.jsonl`);
    const rows = EXPECTED.cfprm!.rows.map(({ problem, steps }) => ({ prompt: problem, completions: steps }));
    writeFileSync(source, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const cli = join(installed.get(target)!, 'dist/cli.js');
    const flags = ['--model', modelFolder('cfprm'), '--out', out, '--provider', 'cpu'];
    // From a folder without packages, so that nothing but the package's own can be found.
    const run = spawnSync(process.execPath, [cli, 'score', source, ...flags], {
      cwd: scratch,
      encoding: 'utf8',
    });
    const lines = run.status === 0 ? readFileSync(out, 'utf8').trim().split('\n') : [];
    const scores = lines.map((line) => (JSON.parse(line) as { scores: number[] }).scores);
    return { code: run.status, out: run.stdout, err: run.stderr, scores };
  }

  it('hold what users need, and no sources, maps or tests', () => {
    for (const [target, { files }] of made) {
      // The runner is sent to hosts as it is.
      const others = files.filter((file) => !file.startsWith('runner/'));
      const odd = others.filter((file) =>
        /\.(?:ts|map|tsx|mjs|py)$|(?:^|\/)(?:test|src|scripts)\//.test(file),
      );
      assert.deepEqual(
        files.filter((file) => /__pycache__|egg-info|runner\/tests/.test(file)),
        [],
        target,
      );
      assert.deepEqual(odd, [], target);
      for (const file of [
        'dist/extension.js',
        'dist/cli.js',
        'dist/scorerProcess.js',
        'dist/bonProcess.js',
        'media/prm.schema.json',
        'package.nls.de.json',
        'l10n/bundle.l10n.de.json',
        'media/model/model.onnx',
        'media/model/MODEL_CARD.md',
        'media/model/NOTICE.md',
        'runner/pyproject.toml',
        'runner/src/cfprm_runner/train.py',
      ])
        assert.ok(files.includes(file), `${target}: ${file}`);
      const unpacked = filesIn(installed.get(target)!).map((file) => file.toLowerCase());
      const missing = files.filter((file) => !unpacked.some((other) => other.startsWith(file.toLowerCase())));
      assert.deepEqual(missing, [], `${target}: installed whole`);
    }
  });

  it('hold the binaries of their platform alone', () => {
    const binaries = (target: Target) =>
      made.get(target)!.files.filter((file) => file.includes('/bin/napi-v6/'));
    assert.ok(binaries(PLATFORM).length >= 2);
    for (const file of binaries(PLATFORM)) assert.ok(file.includes(`/napi-v6/${TARGETS[PLATFORM]}/`), file);
    assert.deepEqual(binaries('universal'), []);
  });

  it(`are under ${MOST_MEGABYTES} MB`, () => {
    for (const { target, bytes } of made.values())
      assert.ok(bytes / 1e6 < MOST_MEGABYTES, `${target}: ${bytes}`);
  });

  it('name the licence of everything bundled', () => {
    const notices = readFileSync(join(installed.get('universal')!, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of [
      'decimal.js',
      'fzstd',
      '@huggingface/tokenizers',
      'onnxruntime-node',
      '@microsoft/fast-element',
    ])
      assert.match(notices, new RegExp(`^${name} \\d`, 'm'));
  });

  it('score as they are installed, with nothing else at hand', () => {
    const { code, err, scores } = score(PLATFORM);
    assert.equal(code, 0, err);
    EXPECTED.cfprm!.rows.forEach((row, k) => {
      row.scores.forEach((wanted, step) => {
        assert.ok(Math.abs(scores[k]![step]! - wanted) < 1e-6);
      });
    });
  });

  it('without a scorer say where scoring is to be had', () => {
    const { code, err } = score('universal');
    assert.equal(code, 2);
    assert.match(err, /package/);
    assert.match(err, new RegExp(PLATFORM));
  });
});
