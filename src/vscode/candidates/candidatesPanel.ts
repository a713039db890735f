import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ProblemAddress } from '../../core/bon/overview';
import { entryAt, stepAt } from '../../core/trace/page';
import {
  DEFAULT_OPTIONS,
  type FromCandidates,
  type PanelOptions,
  type PanelPlace,
  type StepAddress,
  type ToCandidates,
} from '../../shared/candidates';
import { baseName } from '../baseName';
import type { CommandId } from '../commandIds';
import type { OpenFiles } from '../files/openFiles';
import type { AutoScore } from '../scores/autoScore';
import type { ModelScores } from '../scores/modelScores';
import type { ScoreScales } from '../scores/scoreScales';
import { parseTraceUri, TRACE_LANGUAGE } from '../trace/address';
import type { TraceNavigation } from '../trace/navigation';
import { pagesFolder, showPage } from '../webviewPage';
import { tick } from '../welcome/progress';
import { type ComparisonHost, ComparisonSession } from './comparisonSession';

const VIEW = 'cfprm.candidates';
/** Cursors that pass a line within this time are not followed. */
const FOLLOW_MS = 150;

/**
 * The side panel of candidates, an editor beside the trace view: one comparison at a time, in step with the trace.
 * VS Code brings it back after a reload.
 */
export class CandidatesPanel
  implements vscode.WebviewPanelSerializer<{ was?: PanelPlace }>, vscode.Disposable
{
  private panel: vscode.WebviewPanel | undefined;
  private comparison: ComparisonSession | undefined;
  private readonly host: ComparisonHost;
  private readonly disposables: vscode.Disposable[];
  private following: NodeJS.Timeout | undefined;
  /** The thresholds that the page was told last. */
  private posted = '';

  constructor(
    private readonly extension: vscode.Uri,
    private readonly files: OpenFiles,
    private readonly navigation: TraceNavigation,
    scores: ModelScores,
    private readonly scales: ScoreScales,
    autoScore: AutoScore,
  ) {
    const program = vscode.Uri.joinPath(extension, 'dist', 'bonProcess.js').fsPath;
    this.host = { files, scores, autoScore, program, post: (message) => this.post(message) };
    this.disposables = [
      vscode.window.registerWebviewPanelSerializer(VIEW, this),
      files.onDidReplace((uri) => {
        if (this.comparison?.source.toString() === uri.toString()) this.comparison.markStale();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.onCursor(textEditor)),
      scales.onDidChange(() => this.postThresholds(true)),
    ];
  }

  /** The comparison that is shown, if any. */
  get session(): ComparisonSession | undefined {
    return this.comparison;
  }

  /** Compares a file's candidates and shows them: those of the problem that the trace view's cursor is in, if any. */
  async compare(source: vscode.Uri): Promise<void> {
    const at = this.placeInTrace(source);
    tick('compare');
    if (this.panel === undefined)
      this.fill(vscode.window.createWebviewPanel(VIEW, t('Candidates'), vscode.ViewColumn.Beside));
    else this.panel.reveal();
    if (this.comparison?.source.toString() === source.toString()) {
      await (at === undefined ? this.comparison.start() : this.comparison.follow(at));
      return;
    }
    await this.open(source, at && { row: at.row, place: at.place }, DEFAULT_OPTIONS);
  }

  /** Fills the panel that was open when the window was closed; its page says what it showed. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.panel?.dispose();
    this.fill(panel);
  }

  private fill(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    const icon = (theme: string): vscode.Uri =>
      vscode.Uri.joinPath(this.extension, 'media', `cfprm-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.webview.options = { enableScripts: true, localResourceRoots: [pagesFolder(this.extension)] };
    panel.webview.onDidReceiveMessage((message: FromCandidates) => this.receive(message));
    panel.onDidDispose(() => {
      if (this.panel !== panel) return;
      this.panel = undefined;
      this.comparison?.dispose();
      this.comparison = undefined;
    });
    showPage(panel.webview, this.extension, 'candidates', t('Candidates'));
  }

  dispose(): void {
    clearTimeout(this.following);
    this.comparison?.dispose();
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async open(
    source: vscode.Uri,
    problem: ProblemAddress | undefined,
    options: PanelOptions,
  ): Promise<void> {
    this.comparison?.dispose();
    this.comparison = new ComparisonSession(source, this.host, options);
    if (this.panel !== undefined) this.panel.title = t('Candidates: {0}', baseName(source));
    this.comparison.tellSource();
    this.postThresholds(true);
    // Opened here, so that its growth is followed from now on.
    await this.files.open(source);
    await this.comparison.start(problem);
  }

  private async receive(message: FromCandidates): Promise<void> {
    const { comparison } = this;
    switch (message.type) {
      case 'ready':
        return this.welcome(message.was);
      case 'export':
        return vscode.commands.executeCommand('cfprm.exportComparison' satisfies CommandId);
      case 'again':
        return comparison?.start();
      case 'cancel':
        return comparison?.cancel();
      case 'options':
        return comparison?.setOptions(message.options);
      case 'choose':
        return comparison?.choose(message.problem);
      case 'n':
        if (comparison?.shown !== undefined) comparison.shown.n = message.n;
        return;
      case 'reveal':
        return this.reveal(message.at, message.enter);
    }
  }

  /** A page that starts: of a panel that is new or was hidden, or of a window that was reloaded. */
  private async welcome(was: PanelPlace | undefined): Promise<void> {
    this.postThresholds();
    if (this.comparison !== undefined) this.comparison.repeat();
    else if (was === undefined) this.panel?.dispose();
    else await this.open(vscode.Uri.parse(was.source, true), was.problem, was.options);
  }

  private async reveal({ row, place, step }: StepAddress, enter: boolean): Promise<void> {
    const { comparison } = this;
    if (comparison === undefined) return;
    const file = await this.files.open(comparison.source);
    const ordinal = file.ok ? await file.value.ordinalOfRow(row) : undefined;
    if (ordinal === undefined) return comparison.markStale();
    const at = { ordinal, trajectory: place + 1, step };
    await this.navigation.openStep(comparison.source, at, !enter, columnBesides(this.panel));
  }

  private onCursor(editor: vscode.TextEditor): void {
    if (editor.document.languageId !== TRACE_LANGUAGE || this.panel?.visible !== true) return;
    clearTimeout(this.following);
    this.following = setTimeout(() => {
      const source = this.comparison?.source;
      const at = source && this.placeInTrace(source);
      if (at !== undefined) void this.comparison?.follow(at);
    }, FOLLOW_MS);
  }

  /** Where the trace view's cursor is, if it shows this file. */
  private placeInTrace(source: vscode.Uri): StepAddress | undefined {
    const here = this.navigation.here();
    const entry = here && entryAt(here.page, here.line);
    if (here === undefined || entry === undefined || entry.fault !== undefined) return undefined;
    if (parseTraceUri(here.editor.document.uri)?.source.toString() !== source.toString()) return undefined;
    return {
      row: entry.row,
      place: entry.trajectory - 1,
      step: stepAt(entry, here.line)?.number ?? 0,
    };
  }

  /** Tells the page the thresholds; if `isNews`, only if they are other ones than those it was told. */
  private postThresholds(isNews = false): void {
    const source = this.comparison?.source;
    const recorded = this.scales.recorded(source).thresholds;
    const computed = this.scales.computed(source).thresholds;
    const now = [recorded.low, recorded.high, computed.low, computed.high].join();
    if (isNews && now === this.posted) return;
    this.posted = now;
    this.post({ type: 'thresholds', recorded, computed });
  }

  private post(message: ToCandidates): void {
    void this.panel?.webview.postMessage(message);
  }
}

/** A column that the panel does not cover. */
function columnBesides(panel: vscode.WebviewPanel | undefined): vscode.ViewColumn {
  const other = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== panel?.viewColumn);
  return other?.viewColumn ?? vscode.ViewColumn.Beside;
}
