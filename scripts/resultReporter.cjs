// Mocha's spec reporter which also writes the counts and the failed tests as JSON (`--reporter-option result=FILE`),
// so that scripts/test.mjs can add the legs up.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class ResultReporter extends reporters.Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const { result } = options.reporterOptions ?? {};
    /** @type {import('./verdict.mjs').TestOutcome[]} */
    const tests = [];
    // Hooks that fail count as failures, as in Mocha's own exit code.
    runner.on('fail', (test, error) =>
      tests.push({ title: test.fullTitle(), state: 'failed', error: error.stack ?? String(error) }),
    );
    runner.once('end', () => {
      const { passes = 0, failures = 0, pending = 0 } = this.stats;
      if (result) writeFileSync(result, JSON.stringify({ passed: passes, failed: failures, pending, tests }));
    });
  }
};
