import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundlePath, cliPath, runBundle, runCli } from '../../test/support/cli';
import { lastWords } from './unexpected';

const SAMPLE = path.resolve(__dirname, '../../media/sample/trl.jsonl');

/** The exit code and standard error of a shell line. */
function shell(line: string): Promise<{ code: number; err: string }> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], (error, _, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), err }),
    );
  });
}

describe('what nobody expects', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cfprm-unexpected-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string): string {
    const at = path.join(folder, name);
    writeFileSync(at, content);
    return at;
  }

  const ofFullDevice = async (): Promise<void> => {
    for (const command of ['inspect', 'validate', 'inspect --json']) {
      const { code, err } = await shell(
        `"${process.execPath}" "${cliPath()}" ${command} "${SAMPLE}" > /dev/full`,
      );
      assert.equal(code, 2, command);
      assert.match(err, /^cfprm: cannot write to standard output \(.*ENOSPC.*\)\. Free some space[^\n]*\n$/u);
    }
  };
  // Linux has this device, where the project is judged.
  if (existsSync('/dev/full'))
    it('a standard output that takes nothing is exit code 2 and a sentence', ofFullDevice);

  it('a reader that has seen enough is not an error, and a closed standard error changes nothing', async () => {
    const cli = `"${process.execPath}" "${cliPath()}"`;
    const { err } = await shell(`${cli} inspect --json "${SAMPLE}" | true`);
    assert.equal(err, '');
    const { code } = await shell(`${cli} inspect "${SAMPLE}.gone" 2> /dev/full`);
    assert.equal(code, 2);
  });

  it('an exception that nobody catches is exit code 2 and one sentence without a stack trace', async () => {
    const { code, out, err } = await runBundle(bundlePath('test/support/throwingCli.ts'), []);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /^cfprm: unexpected error: broken \\u202e\. Report it[^\n]*\n$/u);
  });

  it('says what a result is that is larger than a text', () => {
    const tooLong = (): unknown => 'x'.repeat(2 ** 28).repeat(4);
    assert.throws(tooLong, (error) => /larger than a text can be.*--json/u.test(lastWords(error)));
    const endless = (): number => 1 + endless();
    assert.throws(endless, (error) => /needs more memory/u.test(lastWords(error)));
  });

  it('answers that overflowed the stack are graded, and the rows around them', async () => {
    const pairs = ['\\frac', '\\sqrt', '\\binom', '\\mathbf\\ln'].map((token) => ({
      gold: '42',
      pred: token.repeat(3000),
    }));
    const rows = [{ gold: '1', pred: '1' }, ...pairs, { gold: '2', pred: '3' }];
    const { code, out, err } = await runCli([
      'grade',
      file('deep.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')),
      '--json',
    ]);
    assert.deepEqual([code, err], [1, '']);
    const { equal, unequal, undecided } = JSON.parse(out);
    assert.deepEqual([equal, unequal, undecided], [1, 1, 4]);
  });
});
