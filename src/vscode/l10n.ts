import * as vscode from 'vscode';
import { useTexts } from '../io/texts';

// The first import of the extension: VS Code's language, before any text is made. English needs no bundle.

const { bundle, uri } = vscode.l10n;
if (bundle !== undefined && uri !== undefined) useTexts({ file: uri.fsPath, contents: bundle });
