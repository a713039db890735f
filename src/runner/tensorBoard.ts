import { homedir } from 'node:os';
import type { SshTarget } from '../core/runs/profile';
import type { PlacedRun } from './launcher';
import { HostLayout } from './layout';
import { quote, quotePath, under } from './quote';

/** A program with its arguments, for a terminal. */
export interface TerminalProgram {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * What shows a run's TensorBoard at `http://127.0.0.1:HERE` of this machine while it runs: the program that was
 * installed with the runner, on the run's host. Of another machine, OpenSSH forwards its port `there`.
 */
export function tensorBoardProgram(
  { record, layout }: PlacedRun,
  ports: { readonly here: number; readonly there: number },
): TerminalProgram {
  const { profile, environment } = record;
  const folder = under(new HostLayout(profile.folder).environments, environment);
  const python = quotePath(profile.python ?? under(folder, 'bin', 'python'));
  const logs = quotePath(under(layout.output, 'tensorboard'));
  const target = sshTarget(profile);
  const port = target === undefined ? ports.here : ports.there;
  const script = `exec ${python} -m tensorboard.main --logdir ${logs} --host 127.0.0.1 --port ${port}`;
  if (target === undefined) return { program: 'sh', args: ['-c', script] };
  const config =
    target.sshConfig === undefined ? [] : ['-F', target.sshConfig.replace(/^~(?=\/)/u, homedir())];
  const forward = ['-o', 'ExitOnForwardFailure=yes', '-L', `127.0.0.1:${ports.here}:127.0.0.1:${port}`];
  // With a terminal there, it ends with the connection.
  return {
    program: 'ssh',
    args: [...config, ...forward, '-tt', '--', target.host, `sh -c ${quote(script)}`],
  };
}

function sshTarget(profile: PlacedRun['record']['profile']): SshTarget | undefined {
  if (profile.kind === 'ssh') return profile;
  return 'login' in profile ? profile.login : undefined;
}
