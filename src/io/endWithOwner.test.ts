import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundlePath } from '../../test/support/cli';

/** Whether a process is at work; one that has ended and was not waited for is not. */
function isAtWork(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /u.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a child process whose owner is killed', () => {
  for (const how of ['looping', 'blocked']) {
    it(`ends while it is ${how}`, async () => {
      const owner = bundlePath('test/support/loopOwner.ts');
      const program = bundlePath('test/support/loopingChild.ts', dirname(owner));
      const process = spawn(globalThis.process.execPath, [owner, program, how], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const pid = await firstNumber(process);
      assert.ok(isAtWork(pid));
      process.kill('SIGKILL');
      while (isAtWork(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    });
  }

  it('is every child process of this program', () => {
    for (const name of ['bonProcess.ts', '../scorer/scorerProcess.ts']) {
      assert.match(
        readFileSync(join(__dirname, name), 'utf8'),
        /^import '(?:\.|\.\.\/io)\/endWithOwner';$/mu,
      );
    }
  });
});

async function firstNumber({ stdout }: ChildProcess): Promise<number> {
  for await (const text of stdout!) return Number(String(text));
  throw new Error('it ended before its child was at work');
}
