import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ONE_THREAD } from './backbone';
import { until } from './support';

/** A program of the system that ordinary users have not on their path, or one that was unpacked for the tests. */
export function systemProgram(name: string): string {
  const folders = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'];
  const found = folders.map((folder) => join(folder, name)).find(existsSync);
  if (found === undefined) throw new Error(`${name} is missing: "node scripts/test.mjs runs" installs it.`);
  return found;
}

/** Ports that were given out: the system may name one a second time before it is used. */
const given = new Set<number>();

/** A port of 127.0.0.1 that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const port = await new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port: found } = server.address() as { port: number };
      server.close(() => resolve(found));
    });
  });
  if (given.has(port)) return freePort();
  given.add(port);
  return port;
}

/** A real sshd on 127.0.0.1 with keys and configuration of its own, and the configuration of its client. */
export class SshServer {
  /** For `sshConfig` of profiles; the host is `training-host`. */
  readonly config: string;
  private process: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {
    this.config = join(folder, 'client');
  }

  /** @param environment variables of what is run there */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<SshServer> {
    const folder = mkdtempSync(join(tmpdir(), 'cfprm-sshd-'));
    chmodSync(folder, 0o700);
    const server = new SshServer(folder, await freePort());
    const key = (name: string) =>
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    key('host-key');
    key('user-key');
    writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'user-key.pub')), { mode: 0o600 });
    writeFileSync(
      join(folder, 'known'),
      `[127.0.0.1]:${server.port} ${readFileSync(join(folder, 'host-key.pub'), 'utf8')}`,
    );
    server.writeClient('known');
    const settings = [
      `Port ${server.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host-key')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized')}`,
      `PidFile ${join(folder, 'pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'MaxStartups 100',
      // All in one line: of several, the first one counts.
      `SetEnv ${Object.entries({ ...ONE_THREAD, ...environment })
        .map(([name, text]) => `${name}=${text}`)
        .join(' ')}`,
    ];
    writeFileSync(join(folder, 'server'), `${settings.join('\n')}\n`);
    await server.listen();
    return server;
  }

  /** Starts to take connections. */
  async listen(): Promise<void> {
    // Of its own making, where the service has never run.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const child = spawn(systemProgram('sshd'), ['-D', '-e', '-f', join(this.folder, 'server')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    this.process = child;
    await until('sshd listens', () => {
      if (child.exitCode !== null) throw new Error(`sshd ended: ${said}`);
      return said.includes('Server listening') ? true : undefined;
    });
  }

  /** Ends every connection and takes no new ones. */
  async shut(): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null) return;
    this.cut();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  /** Breaks the connections that there are, in the middle of whatever they do. Returns how many. */
  cut(): number {
    const children = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/u))
      .filter(([, parent]) => Number(parent) === this.process?.pid)
      .map(([pid]) => Number(pid));
    for (const pid of children) process.kill(pid, 'SIGKILL');
    return children.length;
  }

  /** Whether the client trusts the server's key. */
  trust(trusted: boolean): void {
    this.writeClient(trusted ? 'known' : 'unknown');
  }

  async stop(): Promise<void> {
    await this.shut();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private writeClient(known: string): void {
    const lines = [
      'Host training-host',
      '  HostName 127.0.0.1',
      `  Port ${this.port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${join(this.folder, 'user-key')}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${join(this.folder, known)}`,
      '  GlobalKnownHostsFile none',
      '  StrictHostKeyChecking yes',
    ];
    writeFileSync(this.config, `${lines.join('\n')}\n`);
  }
}
