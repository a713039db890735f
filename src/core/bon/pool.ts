import { GRADER, Grader } from '../grade/grader';
import { answerOf } from '../grade/stated';
import type { Trajectory } from '../trajectory';
import type { Candidate, Problem } from './problem';
import { type ScoreSummary, summariseScores } from './scores';
import { NO_VOTE } from './votes';

/** Where verdicts on final answers come from. */
export type VerdictSource = 'graded' | 'recorded';

/** Why candidates take no part, and how many. */
export interface Excluded {
  /** Neither a gold answer nor a recorded verdict; with recorded verdicts, none of these. */
  readonly noVerdict: number;
  /** No scores, in a file where others have some. */
  readonly noScores: number;
  /** Scores for some of its steps only. */
  readonly partialScores: number;
}

/** What is remarkable about candidates that do take part. */
export interface Remarks {
  /** No answer was found: wrong unless a recorded verdict says otherwise, and without a vote. */
  readonly noAnswer: number;
  /** No text at all: without scores, such a one is ranked last. */
  readonly empty: number;
  /** Wrong because of a percent sign that only the answer or the gold answer has. */
  readonly percentSign: number;
  /** The grader gave up on the answer: it counts as wrong. */
  readonly undecided: number;
  /** A gold answer that is spelled otherwise than the first one of its problem; each is graded by its own. */
  readonly otherGold: number;
}

/** A verdict of the grader that is not the file's own. */
export interface Disagreement {
  readonly row: number;
  /** 1-based candidate in its row. */
  readonly candidate: number;
  readonly gold: string;
  readonly answer: string | null;
  readonly recorded: boolean;
}

/** Why a candidate takes no part. */
export type Reason = keyof Excluded;

/** A candidate that takes no part. */
export interface LeftOut {
  /** 1-based row in the file, and the 0-based place among the row's solutions. */
  readonly row: number;
  readonly place: number;
  readonly why: Reason;
}

/** All candidates of one problem: those that take part and those that do not. */
export interface Gathered {
  /** The candidates that take part; if nothing says who of all of them is right, all of these, unjudged. */
  readonly problem: Problem;
  /** False if nothing says which candidates are right: the problem counts in no accuracy. */
  readonly isJudged: boolean;
  readonly leftOut: readonly LeftOut[];
}

/** The problems of a file, judged. */
export interface Judged {
  readonly problems: readonly Problem[];
  /** Every problem, those without a candidate that takes part included, in the order of the file. */
  readonly gathered: readonly Gathered[];
  /** All candidates that were read, and those that take part. */
  readonly read: number;
  readonly candidates: number;
  /** Problems of which no candidate takes part. */
  readonly emptyProblems: number;
  readonly excluded: Excluded;
  readonly remarks: Remarks;
  /** Candidates by where their verdict comes from. */
  readonly verdicts: { readonly graded: number; readonly recorded: number };
  /** Candidates where the grader and the file disagree, with the first of them. */
  readonly disagreements: number;
  readonly disagreementList: readonly Disagreement[];
  /** Answers the grader gave up on, the first of them. */
  readonly undecidedList: readonly { readonly row: number; readonly candidate: number }[];
  /** What the scores are: of steps, of whole solutions (used where no step of the file has one), or none. */
  readonly scores: 'steps' | 'solutions' | 'none';
  /** True if a score lies outside [0, 1]. */
  readonly areLogits: boolean;
  readonly grader: typeof GRADER;
}

/** Listed disagreements and answers that were given up on; all are counted. */
const LISTED = 1000;
const TITLE_LENGTH = 120;

/** What is kept of a candidate: nothing that grows with its text, but for answers that no other of its problem gives. */
interface Kept {
  readonly row: number;
  readonly place: number;
  /** Of its scored steps; undefined without any. */
  readonly stepScores: ScoreSummary | undefined;
  readonly isPartlyScored: boolean;
  readonly solutionScore: number | undefined;
  /** Places in the problem's answers and golds; -1 for none. */
  readonly answer: number;
  readonly gold: number;
  readonly recorded: boolean | undefined;
  readonly steps: number;
  readonly characters: number;
}

interface Group {
  readonly id: string | null;
  readonly title: string;
  readonly answers: string[];
  readonly golds: string[];
  readonly kept: Kept[];
}

/** Gathers the candidates of problems in any order, and judges them when all are there. */
export class CandidatePool {
  private readonly groups = new Map<string, Group>();
  private read = 0;

  /**
   * @param hold makes a copy of a text that does not keep alive the longer one that it was cut from
   */
  constructor(private readonly hold: (text: string) => string = (text) => text) {}

  /**
   * Adds a candidate.
   * @param key the same for candidates of the same problem
   * @param row 1-based row, `place` the 0-based place among the row's trajectories
   */
  add(key: string, row: number, place: number, trajectory: Trajectory): void {
    const group = this.groupOf(key, trajectory);
    const { steps, gold, finalCorrect, score } = trajectory;
    const answer = answerOf(trajectory);
    const scores = steps.flatMap((step) => (step.score === undefined ? [] : [step.score]));
    this.read++;
    group.kept.push({
      row,
      place,
      stepScores: summariseScores(scores),
      isPartlyScored: scores.length > 0 && scores.length < steps.length,
      solutionScore: score,
      answer: this.placeOf(answer, group.answers),
      gold: this.placeOf(gold?.trim() === '' ? undefined : gold, group.golds),
      recorded: finalCorrect,
      steps: steps.length,
      characters: steps.reduce((sum, { text }) => sum + text.trim().length, 0),
    });
  }

  /** Judges all candidates. */
  judge(source: VerdictSource): Judged {
    return new Judge([...this.groups.values()], source, this.read).result();
  }

  /** A problem by its place as if no scores were recorded: no candidate is left out for want of them. */
  withoutScores(index: number, source: VerdictSource): Gathered | undefined {
    const group = [...this.groups.values()][index];
    return group && new Judge([group], source, group.kept.length, 'none').result().gathered[0];
  }

  private groupOf(key: string, { id, problem }: Trajectory): Group {
    let group = this.groups.get(key);
    if (group === undefined) {
      const title = this.hold(problem.trim().slice(0, TITLE_LENGTH));
      group = { id: id === null ? null : this.hold(id), title, answers: [], golds: [], kept: [] };
      this.groups.set(key, group);
    }
    return group;
  }

  private placeOf(text: string | undefined, known: string[]): number {
    if (text === undefined) return -1;
    const place = known.indexOf(text);
    return place >= 0 ? place : known.push(this.hold(text)) - 1;
  }
}

class Judge {
  private readonly grader = new Grader();
  private readonly excluded = { noVerdict: 0, noScores: 0, partialScores: 0 };
  private readonly remarks = { noAnswer: 0, empty: 0, percentSign: 0, undecided: 0, otherGold: 0 };
  private readonly verdicts = { graded: 0, recorded: 0 };
  private readonly disagreementList: Disagreement[] = [];
  private readonly undecidedList: { row: number; candidate: number }[] = [];
  private disagreements = 0;
  private areLogits = false;
  private readonly scores: Judged['scores'];

  constructor(
    private readonly groups: readonly Group[],
    private readonly source: VerdictSource,
    private readonly read: number,
    scores?: Judged['scores'],
  ) {
    const has = (test: (kept: Kept) => boolean) => groups.some(({ kept }) => kept.some(test));
    if (scores !== undefined) this.scores = scores;
    else if (has(({ stepScores }) => stepScores !== undefined)) this.scores = 'steps';
    else this.scores = has(({ solutionScore }) => solutionScore !== undefined) ? 'solutions' : 'none';
  }

  result(): Judged {
    const gathered = this.groups.map((group) => this.gather(group));
    const problems = gathered.flatMap(({ problem, isJudged }) =>
      isJudged && problem.candidates.length > 0 ? [problem] : [],
    );
    return {
      problems,
      gathered,
      read: this.read,
      candidates: problems.reduce((sum, { candidates }) => sum + candidates.length, 0),
      emptyProblems: this.groups.length - problems.length,
      excluded: this.excluded,
      remarks: this.remarks,
      verdicts: this.verdicts,
      disagreements: this.disagreements,
      disagreementList: this.disagreementList,
      undecidedList: this.undecidedList,
      scores: this.scores,
      areLogits: this.areLogits,
      grader: GRADER,
    };
  }

  private gather(group: Group): Gathered {
    const classes = this.grader.classes(group.answers);
    const candidates: Candidate[] = [];
    const unjudged: Candidate[] = [];
    const leftOut: LeftOut[] = [];
    for (const kept of group.kept) {
      const { row, place } = kept;
      const scores = this.scoresOf(kept);
      if (typeof scores === 'string') {
        leftOut.push({ row, place, why: scores });
        continue;
      }
      const isCorrect = this.verdictOf(kept, group);
      if (isCorrect !== undefined) {
        candidates.push(this.candidateOf(kept, scores, isCorrect, classes));
        this.remark(kept);
        continue;
      }
      leftOut.push({ row, place, why: 'noVerdict' });
      unjudged.push(this.candidateOf(kept, scores, false, classes));
    }
    for (const { why } of leftOut) this.excluded[why]++;
    const isJudged = candidates.length > 0 || unjudged.length === 0;
    const problem = { id: group.id, title: group.title, candidates: isJudged ? candidates : unjudged };
    return {
      problem,
      isJudged,
      leftOut: isJudged ? leftOut : leftOut.filter(({ why }) => why !== 'noVerdict'),
    };
  }

  private candidateOf(
    kept: Kept,
    scores: ScoreSummary | undefined,
    isCorrect: boolean,
    classes: readonly number[],
  ): Candidate {
    const { row, place, answer, steps, characters } = kept;
    // Scores have one scale in a file, so that those of candidates without a verdict tell it, too.
    this.areLogits ||= scores?.isOutside ?? false;
    const answerClass = answer < 0 ? NO_VOTE : classes[answer]!;
    return { row, place, scores, answerClass, isCorrect, steps, characters };
  }

  private remark({ answer, characters, gold }: Kept): void {
    if (answer < 0) this.remarks.noAnswer++;
    if (characters === 0) this.remarks.empty++;
    if (gold > 0) this.remarks.otherGold++;
  }

  /** The scores that count, or why the candidate is left out for want of them. */
  private scoresOf({
    stepScores,
    isPartlyScored,
    solutionScore,
    characters,
  }: Kept): ScoreSummary | undefined | Reason {
    if (this.scores === 'none') return undefined;
    if (this.scores === 'steps' && isPartlyScored) return 'partialScores';
    const own =
      this.scores === 'steps'
        ? stepScores
        : solutionScore === undefined
          ? undefined
          : summariseScores([solutionScore]);
    // Nothing can be scored in an empty text, which is a bad solution and no bad data.
    if (own !== undefined || characters === 0) return own;
    return 'noScores';
  }

  /** Whether the answer is correct; undefined if nothing says so. */
  private verdictOf(kept: Kept, group: Group): boolean | undefined {
    const gold = kept.gold < 0 ? group.golds[0] : group.golds[kept.gold];
    const graded = gold === undefined ? undefined : this.grade(kept, group, gold);
    const wanted = this.source === 'graded' ? (graded ?? kept.recorded) : kept.recorded;
    if (wanted === undefined) return undefined;
    this.verdicts[this.source === 'graded' && graded !== undefined ? 'graded' : 'recorded']++;
    return wanted;
  }

  private grade(kept: Kept, group: Group, gold: string): boolean {
    const answer = kept.answer < 0 ? null : group.answers[kept.answer]!;
    const decision = answer === null ? false : this.grader.equal(gold, answer);
    if (answer !== null && this.grader.differByPercentSign(gold, answer)) this.remarks.percentSign++;
    const { row, recorded } = kept;
    const candidate = kept.place + 1;
    if (decision === undefined) {
      this.remarks.undecided++;
      if (this.undecidedList.length < LISTED) this.undecidedList.push({ row, candidate });
    } else if (recorded !== undefined && recorded !== decision) {
      this.disagreements++;
      if (this.disagreementList.length < LISTED)
        this.disagreementList.push({ row, candidate, gold, answer, recorded });
    }
    return decision === true;
  }
}
