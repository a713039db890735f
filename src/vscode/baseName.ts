import type { Uri } from 'vscode';

/** The name of the file that a URI ends in. */
export function baseName({ path }: Uri): string {
  return path.split('/').at(-1) ?? '';
}
