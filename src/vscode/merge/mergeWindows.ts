import type * as vscode from 'vscode';
import type { Services } from '../services';

/** Placeholder until the merge lands in this folder. */
export async function mergeWindows(_services: Services, _source: vscode.Uri): Promise<void> {}
