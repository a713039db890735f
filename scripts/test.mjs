// `npm test`, or some of its legs:
//   test.mjs [check] [build] [unit] [runs] [launcher] [webview] [host] [ui] [package] [runner] [--latest] [--grep TEXT]
// The last line is the total over all legs, `N passed, N failed`, with what failed above it; the exit code is 0 only
// if none failed.
// A leg that could not run, ran nothing, hung or crashed counts as one failed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, buildHostSuites } from './build.mjs';
import { check } from './check.mjs';
import { ensureInstalled } from './install.mjs';
import { root, run, tool } from './process.mjs';
import { ensureEnvironment } from './runner.mjs';
import { ensureRunTools } from './runTools.mjs';
import { softwareVulkan } from './softwareVulkan.mjs';
import { judge, readResult } from './verdict.mjs';

const LEGS = ['check', 'build', 'unit', 'runs', 'launcher', 'webview', 'host', 'ui', 'package', 'runner'];
const LIMIT_MS = 10 * 60_000;
/** Legs that wait for windows, or for training, the longest. */
const LONG_LIMIT_MS = 20 * 60_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { latest: { type: 'boolean', default: false }, grep: { type: 'string' } },
});
const unknown = positionals.filter((leg) => !LEGS.includes(leg));
const legs = LEGS.filter((leg) => positionals.length === 0 || positionals.includes(leg));
const env = { ...process.env, CFPRM_HOST_FLAVOUR: options.latest ? 'latest' : 'floor' };
const grep = options.grep ? ['--grep', options.grep] : [];
const total = { passed: 0, failed: 0 };
/** What failed, repeated at the end: a log is often read from there. @type {string[]} */
const failures = [];
const scratch = mkdtempSync(path.join(os.tmpdir(), 'cfprm-test-'));

/** @param {string} leg @param {() => Promise<unknown>} work truthy or throws */
async function gate(leg, work) {
  console.log(`\n== ${leg}`);
  let passed = false;
  try {
    passed = Boolean(await work());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  if (!passed) {
    console.error(`FAIL: ${leg}`);
    failures.push(leg);
    total.failed += 1;
  }
  return passed;
}

/**
 * Runs a Node program that writes its counts to `result`, and adds them to the total.
 * @param {string} leg
 * @param {(result: string) => string[]} args
 * @param {{ more?: Record<string, string>, limitMs?: number, isBeside?: boolean }} [options]
 *   more: for its environment; isBeside: it runs beside others, and what it prints is shown when it has ended
 */
async function suite(leg, args, { more = {}, limitMs = LIMIT_MS, isBeside = false } = {}) {
  if (!isBeside) console.log(`\n== ${leg}`);
  const result = path.join(scratch, `${leg}.json`);
  const log = isBeside ? path.join(scratch, `${leg}.log`) : undefined;
  const started = Date.now();
  const ended = await run(process.execPath, args(result), { env: { ...env, ...more }, limitMs, log });
  if (log) console.log(`\n== ${leg}\n${readFileSync(log, 'utf8')}`);
  const written = readResult(result);
  const verdict = judge(ended, written);
  for (const complaint of verdict.complaints) console.error(`FAIL: ${leg}: ${complaint}`);
  failures.push(...verdict.complaints.map((complaint) => `${leg}: ${complaint}`));
  for (const { title, state, error = '' } of written?.tests ?? [])
    if (state !== 'passed') failures.push(`${leg}: ${title}\n${error}`.trimEnd());
  console.log(`${leg}: ${Math.round((Date.now() - started) / 1000)} s`);
  total.passed += verdict.passed;
  total.failed += verdict.failed;
}

/** @param {string[]} args @returns {(result: string) => string[]} */
const mocha =
  (...args) =>
  (result) => [
    tool('mocha', 'mocha'),
    ...['--reporter', 'scripts/resultReporter.cjs', '--reporter-option', `result=${result}`],
    ...args,
    ...grep,
  ];

async function hasEnvironment() {
  await ensureEnvironment();
  return true;
}

/** What is asked of the code itself, and what it is built to. False: what follows would test an older build. */
async function checkAndBuild() {
  if (legs.includes('check')) await gate('check', check);
  if (!legs.includes('build')) return true;
  return gate('build', async () => [await build(), await buildHostSuites()]);
}

async function unit() {
  if (!legs.includes('unit')) return;
  /** @type {Record<string, string>} */
  let driver = {};
  // Without it the tests of WebGPU do not exist, which is a failure, not a skip.
  await gate('driver for WebGPU', async () => {
    driver = softwareVulkan();
    return true;
  });
  await suite('unit', mocha('src/**/*.test.ts', 'webview/**/*.test.ts', 'test/*.test.ts'), { more: driver });
}

/**
 * Real Slurm and real Ray, which are at home on Linux alone.
 * @returns {Promise<string[] | undefined>} Mocha's options that leave out what cannot run here; undefined without them
 */
async function toolsForRuns() {
  if (process.platform !== 'linux' || !(legs.includes('runs') || legs.includes('ui'))) return undefined;
  /** @type {readonly import('./runTools.mjs').Absent[]} */
  let absent = [];
  const hasTools = await gate('tools for runs', async () => {
    absent = await ensureRunTools();
    for (const { line } of absent) console.log(`SKIPPED, ${line}`);
    // On a user's machine they may be left out; where the project is judged, all of it is.
    return absent.length === 0 || !process.env.CI;
  });
  return hasTools ? absent.flatMap(({ tests }) => tests.flatMap((file) => ['--ignore', file])) : undefined;
}

/** @param {string[] | undefined} leftOut */
async function runs(leftOut) {
  if (leftOut && legs.includes('runs'))
    await suite('runs', mocha('--config', 'test/runs/mocharc.json', ...leftOut, 'test/runs/*.test.ts'), {
      limitMs: LONG_LIMIT_MS,
    });
}

async function runner() {
  if (!legs.includes('runner') || !(await gate('environment of the runner', hasEnvironment))) return;
  await suite('runner', (result) => [path.join(root, 'scripts/runner.mjs'), '--result', result, ...grep], {
    limitMs: LONG_LIMIT_MS,
    isBeside: true,
  });
}

const inHost = ['--config', 'test/host/mocharc.json'];

/** Chromium and VS Code, with what is built alone. */
async function windows() {
  if (legs.includes('launcher')) await suite('launcher', mocha(...inHost, 'test/host/launcher/*.test.ts'));
  // The built pages in Chromium, with the extension's messages and without VS Code.
  if (legs.includes('webview')) await suite('webview', mocha('--config', 'test/webview/mocharc.json'));
  if (legs.includes('host'))
    await suite('host', (result) => [
      path.join(root, 'test/host/launcher/main.mjs'),
      '--limit',
      '540',
      '--result',
      result,
      ...grep,
    ]);
}

/** The user interface, driven in the server's workbench, which Windows has not. @param {string[]} leftOut */
async function workbench(leftOut) {
  if (process.platform === 'win32') return;
  if (legs.includes('ui'))
    await suite('ui', mocha(...inHost, ...leftOut, 'test/host/ui/*.test.ts'), { limitMs: LONG_LIMIT_MS });
  // The loop that a user walks trains a model.
  if (legs.includes('package') && (await gate('environment of the runner', hasEnvironment)))
    await suite('package', mocha(...inHost, 'test/package/*.test.ts'));
}

async function runLegs() {
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(' ')}. Legs: ${LEGS.join(' ')}.`);
  await ensureInstalled();
  // Minutes of waiting for a network and a compiler, beside legs that do not need it; who needs it waits and fails.
  if (legs.some((leg) => ['runs', 'ui', 'package', 'runner'].includes(leg)))
    ensureEnvironment().catch(() => undefined);
  if (!(await checkAndBuild())) return;
  await unit();
  await windows();
  const leftOut = await toolsForRuns();
  await workbench(leftOut ?? []);
  // Both wait for other programs much of the time, and nothing in them depends on how fast they are.
  await Promise.all([runs(leftOut), runner()]);
}

try {
  await runLegs();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  failures.push(error instanceof Error ? error.message : String(error));
  total.failed += 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const failure of failures) console.log(`\nFAILED ${failure.slice(0, 2_000)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(`\n${total.passed} passed, ${total.failed} failed`);
