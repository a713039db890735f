import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Comparison } from '../core/labels/disagreement';
import { CandidatesPanel } from './candidates/candidatesPanel';
import { OpenFiles } from './files/openFiles';
import { ReadingChoices } from './files/readingChoices';
import { FormatStatus } from './format/formatStatus';
import { DisagreementIndex } from './labels/disagreementIndex';
import { DisagreementTour } from './labels/disagreementTour';
import { LabelEditing } from './labels/labelEditing';
import { tellStale } from './labels/staleLabels';
import { Log } from './log';
import { Problems } from './problems/problems';
import { InlineChips } from './raw/chips';
import { RawDocuments } from './raw/rawDocuments';
import { RunList } from './runs/runList';
import { RunNews } from './runs/runNews';
import { RunPages } from './runs/runPages';
import { RunTree } from './runs/runTree';
import { AutoScore } from './scores/autoScore';
import { isModelWanted, Model } from './scores/model';
import { ModelReport } from './scores/modelReport';
import { ModelScores } from './scores/modelScores';
import { ScoreScales } from './scores/scoreScales';
import { ScoreStatus } from './scores/scoreStatus';
import { settings } from './settings';
import { TRACE_LANGUAGE } from './trace/address';
import { TraceCursor } from './trace/cursor';
import { TraceDecorations } from './trace/decorations';
import { TraceHover } from './trace/hover';
import { registerHoverActions } from './trace/hoverActions';
import { TraceLenses } from './trace/lenses';
import { TraceLive } from './trace/live';
import { TraceNavigation } from './trace/navigation';
import { TracePages } from './trace/pages';
import { TraceSource } from './trace/source';
import { TraceStatusBar } from './trace/statusBar';
import { TraceStructure } from './trace/structure';
import { TraceFileSystem } from './trace/traceFileSystem';
import { TracePlaces } from './trace/tracePlaces';
import { TrajectoryTree } from './trajectories/tree';
import { FindingsReport } from './validate/findingsReport';
import { tickWhatIsDone } from './welcome/progress';

/** What commands work with. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly files: OpenFiles;
  readonly navigation: TraceNavigation;
  readonly tracePlaces: TracePlaces;
  readonly source: TraceSource;
  readonly labels: LabelEditing;
  readonly disagreements: DisagreementTour;
  readonly findings: FindingsReport;
  readonly model: Model;
  readonly scores: ModelScores;
  readonly autoScore: AutoScore;
  readonly modelReport: ModelReport;
  readonly candidates: CandidatesPanel;
  readonly runs: RunList;
  readonly runPages: RunPages;
  readonly runNews: RunNews;
}

/** Builds the services and registers every view and provider; nothing is read from disk here. */
export function createServices(context: vscode.ExtensionContext): Services {
  const log = new Log();
  const model = new Model(context, log);
  const scores = new ModelScores(context, model, log);
  const comparison = (): Comparison => ({
    threshold: settings.decision(),
    computed: (trajectory) => scores.of(trajectory),
  });
  const files = new OpenFiles(new ReadingChoices(context.workspaceState), log, comparison);
  const disagreementIndex = new DisagreementIndex(files, scores, comparison);
  const scales = new ScoreScales(scores);
  const pages = new TracePages(files, isModelWanted, scales);
  const cursor = new TraceCursor();
  const navigation = new TraceNavigation(files, pages, cursor);
  const live = new TraceLive(pages, scores, scales, disagreementIndex);
  const tracePlaces = new TracePlaces(pages);
  const source = new TraceSource(files, navigation);
  const labels = new LabelEditing(files, navigation);
  const disagreements = new DisagreementTour(files, navigation, disagreementIndex);
  const findings = new FindingsReport();
  const structure = new TraceStructure(pages);
  const documents = new RawDocuments(files);
  const autoScore = new AutoScore(scores, pages, documents);
  const candidates = new CandidatesPanel(context.extensionUri, files, navigation, scores, scales, autoScore);
  const modelReport = new ModelReport();
  const tree = new TrajectoryTree(files);
  const runs = new RunList(context, log);
  const runPages = new RunPages(context.extensionUri, runs);
  const runNews = new RunNews(runs);
  const trace = { language: TRACE_LANGUAGE };
  context.subscriptions.push(
    log,
    files,
    pages,
    new TraceFileSystem(pages),
    source,
    tracePlaces,
    disagreementIndex,
    findings,
    model,
    scores,
    scales,
    autoScore,
    modelReport,
    new ScoreStatus(scores, autoScore, files),
    candidates,
    tellStale(files),
    documents,
    tree,
    runs,
    new RunTree(runs),
    runPages,
    runNews,
    cursor,
    tickWhatIsDone(pages, files, scores),
    new TraceDecorations(pages),
    live,
    new TraceStatusBar(navigation, pages),
    new FormatStatus(files),
    new InlineChips(documents, scores, scales),
    new Problems(pages, documents),
    vscode.languages.registerDocumentSymbolProvider(trace, structure, { label: t('Trajectories') }),
    vscode.languages.registerFoldingRangeProvider(trace, structure),
    vscode.languages.registerCodeLensProvider(trace, new TraceLenses(pages)),
    vscode.languages.registerHoverProvider(trace, new TraceHover(pages, live, scales)),
    registerHoverActions(navigation),
    vscode.window.registerTreeDataProvider('cfprm.trajectories', tree),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('cfprm.format')) files.reopenAll();
    }),
  );
  const reports = { findings, modelReport, runs, runPages, runNews };
  return {
    context,
    log,
    files,
    navigation,
    tracePlaces,
    source,
    labels,
    disagreements,
    model,
    scores,
    autoScore,
    candidates,
    ...reports,
  };
}
