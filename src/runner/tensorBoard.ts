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
 * What shows a run's TensorBoard at `http://127.0.0.1:PORT` of this machine while it runs: the program that was
 * installed with the runner, on the run's host; of another machine the port is forwarded by OpenSSH.
 */
export function tensorBoardProgram({ record, layout }: PlacedRun, port: number): TerminalProgram {
  const { profile, environment } = record;
  const folder = under(new HostLayout(profile.folder).environments, environment);
  const python = quotePath(profile.python ?? under(folder, 'bin', 'python'));
  const logs = quotePath(under(layout.output, 'tensorboard'));
  const script = `exec ${python} -m tensorboard.main --logdir ${logs} --host 127.0.0.1 --port ${port}`;
  const target = sshTarget(profile);
  if (target === undefined) return { program: 'sh', args: ['-c', script] };
  const config =
    target.sshConfig === undefined ? [] : ['-F', target.sshConfig.replace(/^~(?=\/)/u, homedir())];
  const forward = ['-o', 'ExitOnForwardFailure=yes', '-L', `127.0.0.1:${port}:127.0.0.1:${port}`];
  // With a terminal there, it ends with the one here.
  return { program: 'ssh', args: [...config, ...forward, '-t', '--', target.host, `sh -c ${quote(script)}`] };
}

function sshTarget(profile: PlacedRun['record']['profile']): SshTarget | undefined {
  if (profile.kind === 'ssh') return profile;
  return 'login' in profile ? profile.login : undefined;
}
