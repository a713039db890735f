import * as vscode from 'vscode';
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
    if (!this.known.has(document)) this.known.set(document, RawDocument.recognise(document, this.files));
    return this.known.get(document);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}
