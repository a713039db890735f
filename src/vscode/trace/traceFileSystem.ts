import * as vscode from 'vscode';
import { TRACE_SCHEME } from './address';
import type { TracePages } from './pages';

/** UTF-8 with a byte-order mark, so that no encoding that the user set for other files is applied to pages. */
const encoder = new TextEncoder();
const BOM = '\ufeff';

/**
 * Shows trace pages as read-only files. A file system, not a content provider, because VS Code restores the tabs
 * of files after a reload, and starts the extension for them (`onFileSystem`).
 */
export class TraceFileSystem implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  private readonly disposables: vscode.Disposable[];
  /** Never fires: VS Code would replace the text as a whole, and the cursor would be lost (see `TracePages`). */
  readonly onDidChangeFile = this.changed.event;

  constructor(private readonly pages: TracePages) {
    this.disposables = [
      this.changed,
      vscode.workspace.registerFileSystemProvider(TRACE_SCHEME, this, { isReadonly: true }),
    ];
  }

  stat(): vscode.FileStat {
    // A size that is the same before and after the first reading, or VS Code would read every page twice.
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: 0 };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const page = await this.pages.draw(uri);
    return encoder.encode(BOM + page.text);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}
