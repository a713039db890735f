import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

interface Outcome {
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'pending';
  readonly error?: string;
}

/**
 * The entry that VS Code calls inside the extension host. Runs every bundled suite of the folder
 * CFPRM_TEST_SUITES and writes what happened to CFPRM_TEST_RESULT: the launcher believes that file, not
 * VS Code's exit code alone. Rejects if a test failed, was skipped, or none ran.
 */
export async function run(): Promise<void> {
  const tests: Outcome[] = [];
  let error: string | undefined;
  try {
    // The launcher's time limit counts from here, not from VS Code's own start.
    // biome-ignore lint/suspicious/noConsole: the only way out of the extension host while it runs
    console.log('cfprm: the suite starts');
    await runSuites(requiredEnv('CFPRM_TEST_SUITES'), tests);
  } catch (thrown) {
    error = `the suite threw: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown}`;
  }
  const count = (state: Outcome['state']) => tests.filter((test) => test.state === state).length;
  const result = {
    passed: count('passed'),
    failed: count('failed'),
    pending: count('pending'),
    error,
    tests,
  };
  writeFileSync(requiredEnv('CFPRM_TEST_RESULT'), JSON.stringify(result));
  if (error) throw new Error(error);
  if (result.failed + result.pending > 0) throw new Error(`${result.failed + result.pending} tests failed`);
  if (result.passed === 0) throw new Error('the suite ran no test');
}

function requiredEnv(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the host suite by npm run test:host`);
  return value;
}

async function runSuites(folder: string, tests: Outcome[]): Promise<void> {
  // The base reporter prints nothing: what happens is recorded from the runner itself.
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, forbidOnly: true, reporter: Mocha.reporters.Base });
  if (process.env.CFPRM_TEST_GREP) mocha.grep(process.env.CFPRM_TEST_GREP);
  for (const file of readdirSync(folder).sort())
    if (file.endsWith('.test.js')) mocha.addFile(path.join(folder, file));
  await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    const record = (outcome: Outcome) => {
      tests.push(outcome);
      // Seen in the launcher's log, so that a crash or a hang shows how far the suite came.
      // biome-ignore lint/suspicious/noConsole: the only way out of the extension host while it runs
      console.log(outcome.state, outcome.title, outcome.error ?? '');
    };
    runner.on('pass', (test) => record({ title: test.fullTitle(), state: 'passed' }));
    runner.on('pending', (test) => record({ title: test.fullTitle(), state: 'pending' }));
    runner.on('fail', (test, fault) =>
      record({ title: test.fullTitle(), state: 'failed', error: String(fault?.stack ?? fault) }),
    );
  });
}
