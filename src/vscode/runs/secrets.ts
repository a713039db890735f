import { t } from '@vscode/l10n';
import type * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result';
import type { Profile } from '../../core/runs/profile';
import { typeLine } from '../ask';

/** Where a secret is kept by VS Code. */
const key = (name: string): string => `cfprm.secret.${name}`;

/** The values of a profile's secrets: from VS Code's own store, else asked for and kept there. Fault: not given. */
export async function secretsOf(
  { secrets }: vscode.ExtensionContext,
  profile: Profile,
): Promise<Result<ReadonlyMap<string, string>>> {
  const values = new Map<string, string>();
  for (const name of profile.secrets) {
    const known = (await secrets.get(key(name))) ?? (await ask(name));
    if (!known)
      return fail(t('The profile needs {0}. Start again and give it, or take it out of the profile.', name));
    await secrets.store(key(name), known);
    values.set(name, known);
  }
  return ok(values);
}

function ask(name: string): Thenable<string | undefined> {
  return typeLine({
    title: `CFPRM: ${name}`,
    prompt: t("Kept in VS Code's secret storage and handed to the run, and written nowhere else"),
    password: true,
    validateInput: (text) => (/[\n\r]/u.test(text) ? t('One line, please.') : undefined),
  });
}
