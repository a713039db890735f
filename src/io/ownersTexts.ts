import { config } from '@vscode/l10n';

// The first import of a child process: its owner's language (`textArguments`), before any text is made.

const [, , file] = process.argv;
if (file !== undefined) config({ fsPath: file });
