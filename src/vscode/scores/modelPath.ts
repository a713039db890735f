import path from 'node:path';
import { t } from '@vscode/l10n';
import { type Scored, scoreFail } from '../../core/scores/scoreFault';

/** The workspace that a window has open, as far as the model's folder goes. */
export interface Workspace {
  /** Its first folder; undefined without one. */
  readonly folder: string | undefined;
  readonly isTrusted: boolean;
}

/**
 * The folder of a model that the settings name, absolute. A relative one lies in the workspace: faults if that is not
 * trusted, for then its files are not to be loaded, whoever wrote the setting; or if no folder is open.
 */
export function modelPathIn(named: string, { folder, isTrusted }: Workspace): Scored<string> {
  if (path.isAbsolute(named)) return { ok: true, value: named };
  if (folder === undefined) {
    return scoreFail(
      'model-not-found',
      t(
        'The setting cfprm.model.path ({0}) is relative, and no folder is open. Write an absolute path.',
        named,
      ),
    );
  }
  if (isTrusted) return { ok: true, value: path.resolve(folder, named) };
  return scoreFail(
    'model-not-found',
    t(
      'The setting cfprm.model.path ({0}) names a folder of this workspace, which is not trusted. Trust the workspace, or write an absolute path.',
      named,
    ),
  );
}
