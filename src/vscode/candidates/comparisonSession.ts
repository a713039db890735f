import { t } from '@vscode/l10n';
import type * as vscode from 'vscode';
import type { ProblemAddress, ProblemCandidates } from '../../core/bon/overview';
import { type BonOptions, PAPER_SIZES } from '../../core/bon/report';
import { type ShownProblem, showByModel, showProblem, type TrajectoryAt } from '../../core/bon/shown';
import { faultWords, ok, type Result } from '../../core/result';
import type { Trajectory } from '../../core/trajectory';
import { BonClient } from '../../io/bonClient';
import { CANCELLED } from '../../io/rowStream';
import type { PanelOptions, StepAddress, ToCandidates } from '../../shared/candidates';
import { baseName } from '../baseName';
import type { OpenFiles } from '../files/openFiles';
import type { AutoScore } from '../scores/autoScore';
import type { ModelScores } from '../scores/modelScores';
import { settings } from '../settings';
import { ProblemScores } from './problemScores';

/** What a comparison needs of the extension. */
export interface ComparisonHost {
  readonly files: OpenFiles;
  readonly scores: ModelScores;
  readonly autoScore: AutoScore;
  /** Path of the bundled comparison process. */
  readonly program: string;
  /** Takes everything that the page should know. */
  post(message: ToCandidates): void;
}

/**
 * The comparison of one file: its candidates, read and graded in a process of their own, the numbers for the chosen
 * options, and the problem that is shown. Everything that was found stays until the file is read again.
 */
export class ComparisonSession implements vscode.Disposable {
  private client: BonClient | undefined;
  private wanted: ProblemAddress | undefined;
  private readonly model: ProblemScores;
  /** The problem that is shown, and how many of its candidates take part in the choices shown. */
  shown: { readonly problem: ShownProblem; n: number } | undefined;
  /** Messages that bring a page that starts anew to where the comparison is, by their kind. */
  private readonly said = new Map<string, ToCandidates>();

  constructor(
    readonly source: vscode.Uri,
    private readonly host: ComparisonHost,
    public options: PanelOptions,
  ) {
    this.model = new ProblemScores(host.scores, () => this.tellScores());
  }

  /** Reads the file, or reads it again; shows the problem at an address, else the first with several candidates. */
  async start(problem?: ProblemAddress): Promise<void> {
    this.client?.stop();
    this.model.want([]);
    for (const kind of ['fault', 'file', 'numbers', 'noNumbers', 'noProblem', 'stale'])
      this.said.delete(kind);
    this.wanted = problem ?? this.wanted;
    this.tell({ type: 'progress', done: 0, total: 1 });
    const choice = this.host.files.reading.resolve(this.source);
    if (!choice.ok) return this.tellFault(choice.fault.message);
    const { by, verdicts } = this.options;
    const request = { path: this.source.fsPath, choice: choice.value, by, verdicts };
    const client = new BonClient(this.host.program, request, (done, total) =>
      this.tell({ type: 'progress', done, total }),
    );
    this.client = client;
    const gathered = await client.gathered;
    if (client !== this.client) return;
    this.said.delete('progress');
    if (!gathered.ok) return this.tellFault(gathered.fault.message);
    const { summary, problems } = gathered.value;
    const { format, rows, malformed, malformedRows } = summary;
    const [first] = malformed;
    const firstMalformed = first && faultWords(first);
    this.tell({
      type: 'file',
      file: { format, rows, malformed: malformedRows, firstMalformed, problems },
    });
    const several = problems.findIndex(({ candidates }) => candidates > 1);
    await this.choose(this.wanted ?? { index: Math.max(0, several) });
    await this.count();
  }

  /** Stops reading. */
  cancel(): void {
    this.client?.stop();
  }

  /** Takes other options: what only the numbers depend on needs no reading. */
  async setOptions(options: PanelOptions): Promise<void> {
    const before = this.options;
    this.options = options;
    this.tellSource();
    if (before.by !== options.by || before.verdicts !== options.verdicts) return this.start();
    const isShownOtherwise = before.weight !== options.weight || before.scores !== options.scores;
    if (isShownOtherwise && this.wanted !== undefined) await this.choose(this.wanted);
    await this.count();
  }

  /** Shows a problem. */
  async choose(address: ProblemAddress): Promise<void> {
    const { client } = this;
    if (client === undefined) return;
    // One of its own, to tell a later wish for the same problem, with other options, from this one.
    const wanted = { ...address };
    this.wanted = wanted;
    const { weight, scores } = this.options;
    const found = await client.problem(wanted, weight, scores === 'computed');
    if (client !== this.client || wanted !== this.wanted) return;
    if (!found.ok) return found.fault.message === CANCELLED ? undefined : this.tellFault(found.fault.message);
    if (found.value === undefined)
      return this.tellNoProblem(
        t('This problem is no longer in the file. Select another one in the File tab.'),
      );
    const texts = await this.textsOf(found.value);
    if (client !== this.client || wanted !== this.wanted) return;
    if (!texts.ok) return this.tellNoProblem(texts.fault.message);
    const shown = showProblem(found.value, texts.value);
    this.shown = { problem: shown, n: shown.comparison.n };
    this.tell({ type: 'problem', shown });
    const { candidates } = found.value.problem;
    this.model.want(this.wantsModel ? candidates.map(({ row, place }) => texts.value(row, place)) : []);
    this.tellScores();
  }

  /** Follows the trace view's cursor: within the problem that is shown, or to the one that it has moved to. */
  async follow(at: StepAddress): Promise<void> {
    const isIt = ({ row, place }: { readonly row: number; readonly place: number }) =>
      row === at.row && place === at.place;
    const candidates = this.shown?.problem.candidates;
    const isShown = candidates?.problem.candidates.some(isIt) || candidates?.leftOut.some(isIt);
    if (!isShown) await this.choose({ row: at.row, place: at.place });
    this.host.post({ type: 'follow', at });
  }

  /** The file on disk is another one now. */
  markStale(): void {
    if (this.said.has('file')) this.tell({ type: 'stale' });
  }

  /** Tells a page that starts anew everything that was said. */
  repeat(): void {
    this.tellSource();
    for (const message of this.said.values()) this.host.post(message);
    this.model.forgetTold();
    this.tellScores();
  }

  /** Tells the page which file is compared, and how. */
  tellSource(): void {
    this.host.post(this.sourceMessage());
  }

  /** A problem that is shown, with the scores that it is shown with. */
  withScores(problem: ShownProblem): ShownProblem {
    return this.isByModel ? showByModel(problem, this.model.all(), this.model.state) : problem;
  }

  dispose(): void {
    this.model.dispose();
    this.client?.stop();
    this.client = undefined;
  }

  /** Whether a model is to score the candidates: where the file has no scores, as what is visible is scored by itself. */
  private get wantsModel(): boolean {
    if (this.options.scores === 'computed') return true;
    const hasScores = this.shown?.problem.candidates.problem.candidates.some(
      ({ scores }) => scores !== undefined,
    );
    return hasScores === false && settings.autoScore() && !this.host.autoScore.isPaused;
  }

  /** Tells what the model has said about the candidates since it was told last. */
  private tellScores(): void {
    if (this.isByModel) this.host.post({ type: 'scores', ...this.model.more() });
  }

  /** Whether the model's scores are what is shown: as long as there is no model, that is said where they are wanted. */
  private get isByModel(): boolean {
    const { model, isWanted } = this.model;
    return isWanted && (this.options.scores === 'computed' || model !== undefined);
  }

  private sourceMessage(): ToCandidates {
    const name = baseName(this.source);
    return { type: 'source', source: this.source.toString(), name, options: this.options };
  }

  private async count(): Promise<void> {
    const { client, options } = this;
    if (client === undefined) return;
    const { sizes, weight, subset, verdicts } = options;
    const wanted: BonOptions = {
      ...(sizes === 'paper' ? { ns: PAPER_SIZES } : {}),
      ...{ weight, subset, verdicts, seed: 0 },
    };
    const counted = await client.count(wanted);
    if (client !== this.client || options !== this.options) return;
    this.said.delete(counted.ok ? 'noNumbers' : 'numbers');
    if (counted.ok) this.tell({ type: 'numbers', numbers: counted.value });
    else if (counted.fault.message !== CANCELLED)
      this.tell({ type: 'noNumbers', message: counted.fault.message });
  }

  /** Reads the rows of a problem's candidates. */
  private async textsOf(candidates: ProblemCandidates): Promise<Result<TrajectoryAt>> {
    const file = await this.host.files.open(this.source);
    if (!file.ok) return file;
    const all = [...candidates.problem.candidates, ...candidates.leftOut];
    const rows = [...new Set(all.map(({ row }) => row))].sort((a, b) => a - b);
    const ordinals = new Set<number>();
    for (const row of rows) {
      const ordinal = await file.value.ordinalOfRow(row);
      if (ordinal !== undefined) ordinals.add(ordinal);
    }
    const readings = await file.value.read([...ordinals]);
    if (!readings.ok) return readings;
    const known = new Map<number, readonly Trajectory[]>();
    for (const { row, result } of readings.value) if (result.ok) known.set(row, result.value);
    return ok((row, place) => known.get(row)?.[place]);
  }

  private tellNoProblem(message: string): void {
    this.model.want([]);
    this.tell({ type: 'noProblem', message });
  }

  private tellFault(message: string): void {
    const cancelled = message === CANCELLED;
    this.tell({ type: 'fault', message, cancelled });
  }

  private tell(message: ToCandidates): void {
    // What is new comes last when it is repeated, too.
    this.said.delete(message.type);
    this.said.set(message.type, message);
    this.host.post(message);
  }
}
