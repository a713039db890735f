import { config } from '@vscode/l10n';

/** The texts of a language, by the English ones: what `l10n/bundle.l10n.<language>.json` holds. */
export interface Texts {
  /** The file that they come from, for the child processes. */
  readonly file: string;
  readonly contents: { readonly [english: string]: string };
}

let file: string | undefined;

/** Makes this process, and the child processes that it starts from now on, speak a language in place of English. */
export function useTexts(texts: Texts): void {
  config({ contents: { ...texts.contents } });
  file = texts.file;
}

/** What a child process is started with, so that `./ownersTexts` finds the language of its owner. */
export function textArguments(): string[] {
  return file === undefined ? [] : [file];
}
