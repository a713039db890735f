import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder for what CFPRM keeps on this machine, by the conventions of the system. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.CFPRM_DATA) return env.CFPRM_DATA;
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? homedir(), 'cfprm');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'cfprm');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'cfprm');
}
