import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import { errorWords, fail, ok, type Result } from '../core/result';
import type { RayProfile } from '../core/runs/profile';
import type { LauncherWord } from '../core/runs/state';
import { type Route, sendCourier } from './courier';
import { LIMIT, output } from './host';
import { putText, readFrom } from './hostFiles';
import type { Ending, Launcher, PlacedRun } from './launcher';
import { quote, quotePath, under } from './quote';

/** Milliseconds that an answer of the dashboard may take. */
const PATIENCE_MS = 20_000;

/**
 * The token that Ray's own programs would show to a cluster (Ray's documentation, "Token authentication"); undefined if
 * there is none, as for clusters that let everyone in.
 */
async function authToken(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  if (env.RAY_AUTH_TOKEN) return env.RAY_AUTH_TOKEN.trim();
  const file = env.RAY_AUTH_TOKEN_PATH || join(homedir(), '.ray', 'auth_token');
  return readFile(file, 'utf8').then(
    (text) => text.trim() || undefined,
    () => undefined,
  );
}

/** What the Jobs API says of a job. */
interface RayJob {
  readonly status: 'PENDING' | 'RUNNING' | 'STOPPED' | 'SUCCEEDED' | 'FAILED';
  readonly message?: string | null;
}

/** Ray itself would show secrets to whoever asks: they go to the job's driver, which runs on the same machine. */
const ROUTE: Route = {
  poll: `if [ -p "$run/handover/pipe" ]; then echo there
elif [ -f "$run/ended" ] || [ "$(cat "$run/job")" != "$job" ]; then echo over; fi`,
  there: '',
};

/** Hands runs to a Ray cluster by its Jobs API (HTTP); the files go through the folder that its machines share. */
export class RayLauncher implements Launcher {
  constructor(private readonly profile: RayProfile) {}

  async start(run: PlacedRun, secrets: ReadonlyMap<string, string>): Promise<Result<void>> {
    const { record, host, layout } = run;
    const folder = await output(host, `cd -- ${quotePath(layout.folder)} && pwd`, t('Starting the run'));
    if (!folder.ok) return folder;
    // Ray refuses a second job of the same name; each launch has its own.
    const job = `cfprm-${record.id}-${Date.now().toString(36)}`;
    const told = await putText(host, layout.job, `${job}\n`, t('Starting the run'));
    if (!told.ok) return told;
    const started = await this.call('POST', '/api/jobs/', {
      submission_id: job,
      entrypoint: `sh ${quote(under(folder.value.replace(/\n$/u, ''), 'launch.sh'))}`,
      runtime_env: this.profile.runtimeEnv,
      metadata: { cfprm: record.id },
    });
    return started.ok ? sendCourier(run, secrets, ROUTE) : started;
  }

  async ask(run: PlacedRun): Promise<Result<LauncherWord>> {
    const job = await this.job(run);
    if (!job.ok) return job;
    if (job.value === '') return ok({ is: 'never' });
    const answer = await this.call('GET', `/api/jobs/${job.value}`);
    if (!answer.ok) {
      return ok({ is: 'unknown', words: answer.fault.message });
    }
    // The cluster was started anew: its jobs ended with the old one.
    if (answer.value === undefined) return ok({ is: 'gone' });
    const { status, message } = answer.value as RayJob;
    const words = `Ray: ${status}${message ? `, ${message.split('\n')[0]}` : ''}`;
    switch (status) {
      case 'PENDING':
        return ok({ is: 'waiting', words });
      case 'RUNNING':
        return ok({ is: 'alive' });
      case 'SUCCEEDED':
        return ok({ is: 'gone', end: 'done', words });
      case 'STOPPED':
        return ok({ is: 'gone', end: 'cancelled', words });
      default:
        return ok({ is: 'gone', end: 'failed', words });
    }
  }

  async end(run: PlacedRun, how: Ending): Promise<Result<void>> {
    const word = await this.ask(run);
    if (!word.ok) return word;
    // The file `stop` was written already. Ray itself kills 3 seconds after it asked, too early for a checkpoint.
    if (how === 'gently' && word.value.is !== 'waiting') return ok(undefined);
    const job = await this.job(run);
    if (!job.ok) return job;
    const stopped = await this.call('POST', `/api/jobs/${job.value}/stop`);
    return stopped.ok ? ok(undefined) : stopped;
  }

  /** The version that the cluster runs, as `2.60.0`. */
  async version(): Promise<Result<string>> {
    const answer = await this.call('GET', '/api/version');
    if (!answer.ok) return answer;
    const version = (answer.value as { ray_version?: unknown } | undefined)?.ray_version;
    if (typeof version !== 'string') {
      return fail(
        t('What answers at {0} is no Ray dashboard. Give the address of one.', this.profile.address),
      );
    }
    return ok(version);
  }

  private async job({ host, layout }: PlacedRun): Promise<Result<string>> {
    const job = await readFrom(host, layout.job, 0, 200);
    return job.ok ? ok(job.value.bytes.toString('utf8').trim()) : job;
  }

  /** Undefined if there is no such thing there. */
  private async call(method: string, path: string, body?: unknown): Promise<Result<unknown>> {
    const { address } = this.profile;
    const token = await authToken();
    try {
      const { status, text } = await request(address + path, method, token, body);
      if (status === 404) return ok(undefined);
      if (status === 401 || status === 403) {
        return fail(
          t(
            "Ray at {0} does not know you: set RAY_AUTH_TOKEN, or put the cluster's token (ray get-auth-token) in ~/.ray/auth_token.",
            address,
          ),
        );
      }
      if (status < 200 || status > 299) {
        const end = text.trim().split('\n').at(-1) ?? '';
        return fail(t('Ray at {0} refused ({1}): {2}', address, status, end.slice(0, 300)));
      }
      return ok(text === '' ? null : JSON.parse(text));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return fail(
        t(
          'Ray does not answer at {0} ({1}). Start it, or forward its port.',
          address,
          code ?? errorWords(error),
        ),
      );
    }
  }
}

/** An exchange over HTTP. `fetch` would say that it is a browser, whose changing requests Ray refuses. */
function request(
  url: string,
  method: string,
  token: string | undefined,
  body: unknown,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return new Promise((resolve, reject) => {
    const { request: send } = url.startsWith('https:') ? https : http;
    const sent = send(url, { method, headers, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
        if (text.length > LIMIT) response.destroy(new Error(t('it answers without end')));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
