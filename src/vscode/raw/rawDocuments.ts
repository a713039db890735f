import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { journalPath } from '../../io/labelJournal';
import type { OpenFiles } from '../files/openFiles';
import { RawDocument } from './rawDocument';

/** The open text documents that hold trajectories, recognised once each and again when they change. */
export class RawDocuments implements vscode.Disposable {
  private readonly known = new Map<vscode.TextDocument, RawDocument | undefined>();
  private readonly changed = new vscode.EventEmitter<vscode.TextDocument>();
  private readonly disposables: vscode.Disposable[];
  /** Fires when a document was opened or edited, or when its rows are read differently. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly files: OpenFiles) {
    const again = (document: vscode.TextDocument): void => {
      this.known.delete(document);
      this.changed.fire(document);
    };
    this.disposables = [
      this.changed,
      vscode.workspace.onDidOpenTextDocument(again),
      vscode.workspace.onDidChangeTextDocument((event) => again(event.document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.known.delete(document)),
      files.onDidChange((uri) => {
        for (const document of this.known.keys()) {
          if (document.uri.toString() === uri.toString()) again(document);
        }
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cfprm.format'))
          for (const document of this.known.keys()) again(document);
      }),
    ];
  }

  /** The document as trajectories, or undefined when it holds none. */
  get(document: vscode.TextDocument): RawDocument | undefined {
    if (!this.known.has(document)) {
      const raw = RawDocument.recognise(document, this.files);
      this.known.set(document, raw);
      if (raw !== undefined) void this.attachLabels(raw);
    }
    return this.known.get(document);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** Edited labels hold in the source, too; a file that has some is in use from then on. */
  private async attachLabels(raw: RawDocument): Promise<void> {
    const { uri } = raw.document;
    if (uri.scheme !== 'file' || !(this.files.isOpen(uri) || existsSync(journalPath(uri.fsPath)))) return;
    await this.files.open(uri);
    const labels = await this.files.labels(uri);
    if (labels === undefined || this.known.get(raw.document) !== raw) return;
    raw.setLabels(labels);
    this.changed.fire(raw.document);
  }
}
