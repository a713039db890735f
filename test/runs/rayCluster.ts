import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../support/rows';
import { freePort } from './sshServer';
import { until } from './support';

const PROGRAM = join(root, '.runner-env/bin/ray');

/** A real Ray on this machine: one node with its dashboard, in a session of its own. */
export class RayCluster {
  private constructor(
    readonly address: string,
    /** Of its sessions: logs, packages, objects that were spilled. */
    readonly folder: string,
    private readonly pid: number,
  ) {}

  static async start(): Promise<RayCluster> {
    if (!existsSync(PROGRAM)) throw new Error('Ray is missing: "node scripts/test.mjs runs" installs it.');
    // Paths of sockets are short.
    const folder = mkdtempSync(join(tmpdir(), 'ray-'));
    const [port, dashboard, agent, metrics] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const options = [
      'start',
      '--head',
      '--block',
      '--num-cpus=2',
      '--node-ip-address=127.0.0.1',
      '--dashboard-host=127.0.0.1',
      '--include-dashboard=true',
      '--disable-usage-stats',
      `--temp-dir=${folder}`,
      `--port=${port}`,
      `--dashboard-port=${dashboard}`,
      `--dashboard-agent-listen-port=${agent}`,
      `--metrics-export-port=${metrics}`,
      '--object-store-memory=80000000',
    ];
    let said = '';
    process.env.RAY_AUTH_TOKEN = randomBytes(32).toString('hex');
    const env = {
      ...process.env,
      RAY_AUTH_MODE: 'token',
      RAY_ENABLE_METRICS_COLLECTION: '0',
      // Ray's own 15 has workers wait for everything else that a busy machine does.
      RAY_worker_niceness: '0',
    };
    const child = spawn(PROGRAM, options, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said += text;
      });
    }
    const address = `http://127.0.0.1:${dashboard}`;
    const cluster = new RayCluster(address, folder, child.pid!);
    process.on('exit', () => cluster.kill());
    await until(
      "Ray's dashboard answers",
      async () => {
        if (child.exitCode !== null) throw new Error(`Ray ended: ${said}`);
        const jobs = await cluster.said('/api/jobs/').catch(() => undefined);
        return jobs === undefined ? undefined : true;
      },
      90,
    );
    return cluster;
  }

  /** What the dashboard says to a request; throws if it does not like that. */
  async said(path: string): Promise<string> {
    const headers = { authorization: `Bearer ${process.env.RAY_AUTH_TOKEN}` };
    const answer = await fetch(this.address + path, { headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.text();
  }

  /** True if a package with this file was sent to the cluster as a module of a runtime environment. */
  hasModule(file: string): boolean {
    const sent = join(this.folder, 'session_latest/runtime_resources/py_modules_files');
    return readdirSync(sent).some((name) => existsSync(join(sent, name, file)));
  }

  stop(): void {
    this.kill();
    delete process.env.RAY_AUTH_TOKEN;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Ray's processes are in one session; some make groups of their own. */
  private kill(): void {
    spawnSync('pkill', ['-KILL', '--session', String(this.pid)]);
  }
}
