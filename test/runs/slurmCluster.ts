import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort, systemProgram } from './sshServer';
import { until } from './support';

/** A real Slurm on this machine: controller, one node, and munge, all with a configuration of their own. */
export class SlurmCluster {
  private readonly daemons = new Map<string, ChildProcess>();

  private constructor(
    /** Of its configuration, state and spool. */
    readonly folder: string,
  ) {}

  /** Starts everything and points this process, and what it starts, to the cluster. */
  static async start(): Promise<SlurmCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'cfprm-slurm-'));
    chmodSync(folder, 0o755);
    const cluster = new SlurmCluster(folder);
    writeFileSync(join(folder, 'munge.key'), randomBytes(64), { mode: 0o400 });
    for (const name of ['munge', 'state', 'spool']) mkdirSync(join(folder, name), { mode: 0o755 });
    writeFileSync(join(folder, 'slurm.conf'), await cluster.settings());
    writeFileSync(join(folder, 'cgroup.conf'), 'CgroupPlugin=cgroup/v1\n');
    process.env.SLURM_CONF = join(folder, 'slurm.conf');
    await cluster.startMunge();
    await cluster.startController();
    cluster.run('slurmd', ['-D', '-N', 'node']);
    await until('the node is idle', () => (cluster.sinfo() === 'idle' ? true : undefined));
    return cluster;
  }

  /** Starts the controller, as an operator would after it was away. */
  async startController(): Promise<void> {
    this.run('slurmctld', ['-D', '-i']);
    await until('the controller answers', () => (this.sinfo() === undefined ? undefined : true));
  }

  /** Ends the controller; jobs go on, and nobody answers for them. */
  async stopController(): Promise<void> {
    await this.end('slurmctld');
  }

  async stop(): Promise<void> {
    for (const name of ['slurmd', 'slurmctld', 'munged']) await this.end(name);
    delete process.env.SLURM_CONF;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async startMunge(): Promise<void> {
    const at = (name: string) => join(this.folder, 'munge', name);
    this.run('munged', [
      '--foreground',
      '--force',
      `--socket=${at('socket')}`,
      `--key-file=${join(this.folder, 'munge.key')}`,
      `--pid-file=${at('pid')}`,
      `--seed-file=${at('seed')}`,
      `--log-file=${at('log')}`,
    ]);
    await until('munge answers', () => {
      try {
        execFileSync('munge', ['-n', `--socket=${at('socket')}`], { stdio: 'pipe' });
        return true;
      } catch {
        return undefined;
      }
    });
  }

  private async settings(): Promise<string> {
    const user = userInfo().username;
    const settings = {
      ClusterName: 'test',
      SlurmctldHost: `${hostname()}(127.0.0.1)`,
      SlurmctldPort: await freePort(),
      SlurmdPort: await freePort(),
      SlurmUser: user,
      SlurmdUser: user,
      AuthType: 'auth/munge',
      AuthInfo: `socket=${join(this.folder, 'munge/socket')}`,
      StateSaveLocation: join(this.folder, 'state'),
      SlurmdSpoolDir: join(this.folder, 'spool'),
      SlurmctldPidFile: join(this.folder, 'slurmctld.pid'),
      SlurmdPidFile: join(this.folder, 'slurmd.pid'),
      ProctrackType: 'proctrack/linuxproc',
      TaskPlugin: 'task/none',
      JobAcctGatherType: 'jobacct_gather/none',
      AccountingStorageType: 'accounting_storage/none',
      SelectType: 'select/cons_tres',
      SelectTypeParameters: 'CR_Core',
      SchedulerParameters: 'batch_sched_delay=0,sched_interval=1,sched_min_interval=0',
      KillWait: 5,
      MessageTimeout: 2,
      ReturnToService: 2,
      MpiDefault: 'none',
    };
    const lines = Object.entries(settings);
    return `${lines.map(([name, value]) => `${name}=${value}`).join('\n')}
NodeName=node NodeHostname=${hostname()} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=test Nodes=node Default=YES MaxTime=INFINITE State=UP
`;
  }

  private sinfo(): string | undefined {
    try {
      return execFileSync('sinfo', ['--noheader', '--format=%T'], { encoding: 'utf8', stdio: 'pipe' }).trim();
    } catch {
      return undefined;
    }
  }

  private run(name: string, args: readonly string[]): void {
    const log = join(this.folder, `${name}.log`);
    writeFileSync(log, '', { flag: 'a' });
    const child = spawn(systemProgram(name), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => writeFileSync(log, text, { flag: 'a' }));
    }
    child.once('exit', (code) => {
      if (this.daemons.delete(name))
        process.stderr.write(`${name} ended with ${code}:\n${readFileSync(log)}\n`);
    });
    this.daemons.set(name, child);
  }

  private async end(name: string): Promise<void> {
    const child = this.daemons.get(name);
    if (child === undefined) return;
    this.daemons.delete(name);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    // Daemons that wait for one another would not end.
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
  }
}
