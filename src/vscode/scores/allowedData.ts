import type * as vscode from 'vscode';

const ALLOWED = 'cfprm.allowedModelData';
const MOST = 50;

/** Files outside of a model's folder that the user allowed as its data: links lead to them. */
export function allowedData({ globalState }: vscode.ExtensionContext): readonly string[] {
  return globalState.get<string[]>(ALLOWED, []);
}

/** Remembers that the user allowed a file. */
export async function allowData(context: vscode.ExtensionContext, path: string): Promise<void> {
  const others = allowedData(context).filter((other) => other !== path);
  await context.globalState.update(ALLOWED, [path, ...others].slice(0, MOST));
}
