import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../../..');
const built = path.join(root, 'out/test/host');

/** Runs the launcher on a fixture suite and returns its exit code and everything it printed. */
function launch(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const main = path.join(root, 'test/host/launcher/main.mjs');
    const child = spawn(process.execPath, [main, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    child.once('close', (code) => resolve({ code, output }));
  });
}

const fixture = (name: string) => ['--suites', path.join(built, 'launcher/fixtures', name)];

describe('the launcher of the host suite', function () {
  this.timeout(240_000);

  it('reports a suite that passes as passed', async () => {
    const { code, output } = await launch(fixture('passes'));
    assert.match(output, /ok {3}fixture passes/);
    assert.match(output, /1 passed, 0 failed/);
    assert.equal(code, 0, output);
  });

  it('fails when a test fails, and says which and why', async () => {
    const { code, output } = await launch(fixture('fails'));
    assert.match(output, /FAIL fixture fails/);
    assert.match(output, /wrong on purpose/);
    assert.match(output, /1 passed, 1 failed/);
    assert.equal(code, 1, output);
  });

  it('fails when a suite throws while it is loaded', async () => {
    const { code, output } = await launch(fixture('throwsAtLoad'));
    assert.match(output, /FAIL: the suite threw: Error: thrown on purpose while loading/);
    assert.match(output, /0 passed, 1 failed/);
    assert.equal(code, 1, output);
  });

  it('fails when the extension host crashes, although VS Code then reports success', async () => {
    const { code, output } = await launch(fixture('aborts'));
    assert.match(output, /the extension host crashed/);
    assert.match(output, /FAIL: the suite did not run to its end/);
    assert.match(output, /0 passed, 1 failed/);
    assert.equal(code, 1, output);
  });

  it('fails when a suite never ends', async () => {
    const { code, output } = await launch([...fixture('hangs'), '--limit', '4']);
    assert.match(output, /did not end within 4 s/);
    assert.match(output, /fixture passes/, 'shows how far the suite came');
    assert.match(output, /0 passed, 1 failed/);
    assert.equal(code, 1, output);
  });

  it('fails when a test is skipped', async () => {
    const { code, output } = await launch(fixture('skips'));
    assert.match(output, /FAIL: 1 skipped/);
    assert.match(output, /1 passed, 1 failed/);
    assert.equal(code, 1, output);
  });

  it('fails when the suites hold no test', async () => {
    const { code, output } = await launch([...fixture('passes'), '--grep', 'no test has this title']);
    assert.match(output, /FAIL: the suite ran no test/);
    assert.equal(code, 1, output);
  });

  it('fails when the entry ends well but ran nothing', async () => {
    const { code, output } = await launch(['--entry', path.join(built, 'launcher/fixtures/nothing.js')]);
    assert.match(output, /FAIL: the suite did not run to its end: it wrote no result \(exit code 0\)/);
    assert.equal(code, 1, output);
  });

  describe('with another VS Code (VSCODE_EXECUTABLE)', () => {
    let folder = '';
    before(() => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'cfprm-launcher-'));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    /** A stand-in for VS Code: a shell script. */
    function standIn(...lines: string[]): Record<string, string> {
      const file = path.join(folder, 'code.sh');
      writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
      chmodSync(file, 0o755);
      return { VSCODE_EXECUTABLE: file };
    }
    const write = (result: object) => `printf '%s' '${JSON.stringify(result)}' > "$CFPRM_TEST_RESULT"`;

    it('believes a result and an exit code that agree', async () => {
      const env = standIn(write({ passed: 3, failed: 0, pending: 0 }), 'exit 0');
      const { code, output } = await launch([], env);
      assert.match(output, /3 passed, 0 failed/);
      assert.equal(code, 0, output);
    });

    it('fails when every test passed but VS Code ended badly', async () => {
      const { code, output } = await launch(
        [],
        standIn(write({ passed: 3, failed: 0, pending: 0 }), 'exit 9'),
      );
      assert.match(output, /FAIL: every test passed, but the run ended with exit code 9/);
      assert.equal(code, 1, output);
    });

    it('fails when a test failed but VS Code ended well', async () => {
      const { code, output } = await launch(
        [],
        standIn(write({ passed: 3, failed: 1, pending: 0 }), 'exit 0'),
      );
      assert.match(output, /FAIL: tests failed, but the run ended with exit code 0/);
      assert.match(output, /3 passed, 1 failed/);
      assert.equal(code, 1, output);
    });

    it('stops a VS Code that hangs and does not listen', async () => {
      const { code, output } = await launch(
        ['--limit', '2'],
        standIn("trap '' INT TERM", 'while :; do sleep 0.2; done'),
      );
      assert.match(output, /FAIL: the suite did not end in time and was stopped/);
      assert.equal(code, 1, output);
    });
  });
});
