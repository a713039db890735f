import * as vscode from 'vscode';
import type { ChipKind } from '../core/trace/page';

/** The theme's colour for what is shown beside a text, the same in the trace view and in the source. */
export function chipColour(kind: ChipKind): vscode.ThemeColor {
  return new vscode.ThemeColor(kind === 'dim' ? 'descriptionForeground' : `cfprm.${kind}`);
}
