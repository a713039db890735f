// Whether a leg of the tests passed. An exit code alone is never believed: a VS Code whose extension host
// crashed ends with 0, and so does a run of no tests.
import { readFileSync } from 'node:fs';

/**
 * What a suite writes when it has run to its end.
 * @typedef {{ passed: number, failed: number, pending: number, error?: string, tests?: TestOutcome[] }} SuiteResult
 * @typedef {{ title: string, state: 'passed' | 'failed' | 'pending', error?: string }} TestOutcome
 * @typedef {{ passed: number, failed: number, complaints: string[] }} Verdict
 */

/**
 * @param {string} file
 * @returns {SuiteResult | undefined} undefined if the file is missing or broken
 */
export function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Weighs how a run ended against the result that it wrote. It passed only if both say so and at least one
 * test passed; a skipped test counts as failed. Every complaint makes `failed` at least 1.
 * @param {{ code: number, timedOut: boolean }} ended
 * @param {SuiteResult | undefined} result
 * @returns {Verdict}
 */
export function judge(ended, result) {
  const complaints = [];
  if (ended.timedOut) complaints.push('the suite did not end in time and was stopped');
  if (!result) {
    if (!ended.timedOut)
      complaints.push(`the suite did not run to its end: it wrote no result (exit code ${ended.code})`);
    return { passed: 0, failed: 1, complaints };
  }
  const { passed, pending, error } = result;
  const failed = result.failed + pending;
  if (error) complaints.push(error);
  if (pending) complaints.push(`${pending} skipped: a skipped test counts as failed`);
  if (!error && passed + failed === 0) complaints.push('the suite ran no test');
  if (failed === 0 && ended.code !== 0 && !ended.timedOut && !error)
    complaints.push(`every test passed, but the run ended with exit code ${ended.code}`);
  if (failed > 0 && ended.code === 0 && !pending)
    complaints.push('tests failed, but the run ended with exit code 0');
  return { passed, failed: complaints.length ? Math.max(failed, 1) : failed, complaints };
}
