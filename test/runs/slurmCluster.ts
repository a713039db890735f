import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort, systemProgram } from './sshServer';
import { until } from './support';

/**
 * A real Slurm on this machine: controller, one node, accounting with its database, and munge, all with a configuration
 * of their own.
 */
export class SlurmCluster {
  private readonly daemons = new Map<string, ChildProcess>();

  private constructor(
    /** Of its configuration, state and spool. */
    readonly folder: string,
    private readonly accountingPort: number,
  ) {}

  /** Starts everything and points this process, and what it starts, to the cluster. */
  static async start(): Promise<SlurmCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'cfprm-slurm-'));
    chmodSync(folder, 0o755);
    const cluster = new SlurmCluster(folder, await freePort());
    writeFileSync(join(folder, 'munge.key'), randomBytes(64), { mode: 0o400 });
    for (const name of ['munge', 'state', 'spool']) mkdirSync(join(folder, name), { mode: 0o755 });
    writeFileSync(join(folder, 'slurm.conf'), await cluster.settings());
    writeFileSync(join(folder, 'cgroup.conf'), 'CgroupPlugin=cgroup/v1\n');
    process.env.SLURM_CONF = join(folder, 'slurm.conf');
    await cluster.startMunge();
    await cluster.startDatabase();
    await cluster.startAccounting();
    // A cluster that is not in the books keeps none.
    execFileSync('sacctmgr', ['--immediate', 'add', 'cluster', 'test'], { stdio: 'pipe' });
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

  /** Starts the accounting; what happened while it was away, the controller tells it then. */
  async startAccounting(): Promise<void> {
    this.run('slurmdbd', ['-D']);
    await until('the accounting answers', () =>
      succeeds('sacctmgr', ['show', 'cluster']) ? true : undefined,
    );
  }

  /** Ends the accounting: nothing is known of jobs that the queue has forgotten. */
  async stopAccounting(): Promise<void> {
    await this.end('slurmdbd');
  }

  /** Waits until the queue knows nothing of a job that is over, as it does after `MinJobAge`. */
  async whenForgotten(job: string): Promise<void> {
    const isKnown = (): boolean => succeeds('squeue', ['--states=all', `--jobs=${job}`]);
    await until('the queue forgets the job', () => (isKnown() ? undefined : true), 90);
  }

  /** Takes the end of a job out of the books, as if the accounting had never been told of it. */
  loseEnd(job: string): void {
    const lost = `update slurm_acct_db.test_job_table set state = 1, time_end = 0 where id_job = ${Number(job)}`;
    execFileSync('mariadb', [...this.database, `--execute=${lost}`], { stdio: 'pipe' });
  }

  async stop(): Promise<void> {
    for (const name of ['slurmd', 'slurmctld', 'slurmdbd', 'mariadbd', 'munged']) await this.end(name);
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
    await until('munge answers', () =>
      succeeds('munge', ['-n', `--socket=${at('socket')}`]) ? true : undefined,
    );
  }

  /** Starts the database for the accounting, and writes how the accounting reaches it. */
  private async startDatabase(): Promise<void> {
    const user = userInfo().username;
    const data = join(this.folder, 'database');
    const ours = ['--no-defaults', `--user=${user}`, `--datadir=${data}`];
    execFileSync('mariadb-install-db', [...ours, '--skip-test-db'], { stdio: 'pipe' });
    const port = await freePort();
    const reached = [
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${this.socket}`,
      '--skip-grant-tables',
    ];
    this.run('mariadbd', [...ours, ...reached]);
    await until('the database answers', () =>
      succeeds('mariadb', [...this.database, '--execute=select 1']) ? true : undefined,
    );
    const settings = {
      DbdHost: 'localhost',
      DbdPort: this.accountingPort,
      SlurmUser: user,
      AuthType: 'auth/munge',
      AuthInfo: `socket=${join(this.folder, 'munge/socket')}`,
      StorageType: 'accounting_storage/mysql',
      StorageHost: '127.0.0.1',
      StoragePort: port,
      StorageUser: user,
      PidFile: join(this.folder, 'slurmdbd.pid'),
    };
    writeFileSync(join(this.folder, 'slurmdbd.conf'), linesOf(settings), { mode: 0o600 });
  }

  private get socket(): string {
    return join(this.folder, 'database.socket');
  }

  /** How `mariadb` reaches the database. */
  private get database(): readonly string[] {
    return ['--no-defaults', `--socket=${this.socket}`];
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
      AccountingStorageType: 'accounting_storage/slurmdbd',
      AccountingStorageHost: 'localhost',
      AccountingStoragePort: this.accountingPort,
      // Where munge is, for the accounting.
      AccountingStoragePass: join(this.folder, 'munge/socket'),
      // The queue forgets jobs that are over as soon as it can.
      MinJobAge: 2,
      SelectType: 'select/cons_tres',
      SelectTypeParameters: 'CR_Core',
      SchedulerParameters: 'batch_sched_delay=0,sched_interval=1,sched_min_interval=0',
      KillWait: 5,
      MessageTimeout: 2,
      ReturnToService: 2,
      MpiDefault: 'none',
    };
    return `${linesOf(settings)}
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

function linesOf(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
