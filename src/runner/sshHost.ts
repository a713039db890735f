import { lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import { type Failure, fail, type Result } from '../core/result';
import type { SshTarget } from '../core/runs/profile';
import { type Host, type Ran, type RunOptions, unreachable } from './host';
import { runShell, unwrapping, wrapped } from './shellProcess';

/** What ssh itself ends with when there is no connection. */
const NO_CONNECTION = 255;

/**
 * A machine through the system's OpenSSH: the user's own configuration, agent, jump hosts and known hosts count. One
 * connection serves all scripts (ControlMaster), where the system can do that.
 */
export class SshHost implements Host {
  readonly isLocal = false;

  constructor(private readonly target: SshTarget) {}

  get name(): string {
    return this.target.host;
  }

  async run(script: string, options: RunOptions = {}): Promise<Result<Ran>> {
    const command = unwrapping(wrapped(script, options.secrets));
    const ran = await runShell([...this.ssh(), '-T', '--', this.target.host, command], options);
    if (ran.ok && ran.value.code === NO_CONNECTION) return this.fault(ran.value.stderr);
    return ran;
  }

  /** Ends the shared connection, if there is one. */
  async close(): Promise<void> {
    if (socketFolder() === undefined) return;
    await runShell([...this.ssh(), '-O', 'exit', '--', this.target.host], {});
  }

  private ssh(): string[] {
    const { sshConfig } = this.target;
    const options = ['BatchMode=yes', 'ConnectTimeout=20', 'ServerAliveInterval=15', 'ServerAliveCountMax=4'];
    const sockets = socketFolder();
    if (sockets !== undefined) {
      options.push('ControlMaster=auto', `ControlPath=${join(sockets, '%C')}`, 'ControlPersist=120');
    }
    const config = sshConfig === undefined ? [] : ['-F', sshConfig.replace(/^~(?=\/)/u, homedir())];
    return ['ssh', ...config, ...options.flatMap((option) => ['-o', option])];
  }

  private fault(stderr: string): Failure {
    const { host } = this.target;
    const said = stderr.trim();
    if (/Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/u.test(said)) {
      return fail(
        t(
          'OpenSSH does not trust the host key of {0}. Connect once with "ssh {0}" and look at the key. ({1})',
          host,
          said,
        ),
      );
    }
    if (/Permission denied/u.test(said)) {
      return fail(
        t(
          '{0} does not let you in ({1}). Nothing can be asked here: load your key into the agent (ssh-add), so that "ssh {0} true" works without a question.',
          host,
          said,
        ),
      );
    }
    if (/Could not resolve hostname/u.test(said)) {
      return fail(
        t('There is no machine called {0} ({1}). Name a host of your SSH configuration.', host, said),
      );
    }
    return unreachable(
      t('{0} cannot be reached: {1}', host, said === '' ? t('the connection was closed') : said),
    );
  }
}

/**
 * A folder of the user's own whose path is short: paths of sockets have room for about 100 bytes. Undefined where
 * connections cannot be shared: on Windows, or if somebody else made that folder.
 */
function socketFolder(): string | undefined {
  if (process.platform === 'win32') return undefined;
  const { uid } = userInfo();
  const folder = join(tmpdir(), `cfprm-ssh-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const info = lstatSync(folder);
  return info.isDirectory() && info.uid === uid && (info.mode & 0o077) === 0 ? folder : undefined;
}
