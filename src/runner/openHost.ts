import type { Profile } from '../core/runs/profile';
import type { Host } from './host';
import { LocalHost } from './localHost';
import { SshHost } from './sshHost';

/** The machine on which a profile's folder lies. Nothing is connected before the first script. */
export function openHost(profile: Profile): Host {
  switch (profile.kind) {
    case 'local':
      return new LocalHost();
    case 'ssh':
      return new SshHost(profile);
    case 'slurm':
    case 'ray':
      return profile.login === undefined ? new LocalHost() : new SshHost(profile.login);
  }
}
