import { t } from '@vscode/l10n';
import type { Format } from '../formats/format';
import { LOSSES, type Loss, type LossCounts } from '../formats/losses';
import { formats } from '../formats/registry';
import { writeRow } from '../formats/writeRow';
import type { Fault } from '../result';
import { count } from '../trace/words';
import type { Trajectory } from '../trajectory';

/** The most rows that are listed with the reason why they were not written; all are counted. */
const LISTED = 1000;

/** The formats that can be written. */
export const targets: readonly Format[] = formats.filter((format) => format.writer !== undefined);

/** What converting gave. */
export interface ConversionReport {
  /** Rows of the source that are not blank, readable or not. */
  readonly rows: number;
  readonly trajectories: number;
  /** Rows that were written: one per trajectory. */
  readonly written: number;
  /** What the target could not hold, counted per step or per trajectory (`LOSSES` says which). */
  readonly lost: LossCounts;
  /** Rows of the source that could not be read, and trajectories that could not be written. */
  readonly malformed: number;
  readonly unwritable: number;
  /** The first thousand of both, with reasons. */
  readonly faults: readonly { readonly row?: number; readonly column?: number; readonly message: string }[];
}

/**
 * Turns rows of one format into rows of another, a row per trajectory, and counts what is lost. Holds nothing of a
 * row when the next one comes.
 */
export class Converter {
  /** Set when a soft label came and labels are written as true and false: everything has to be written again. */
  needsNumbers = false;
  private rows = 0;
  private trajectories = 0;
  private written = 0;
  private malformed = 0;
  private unwritable = 0;
  private readonly lost: { [kind in Loss]?: number } = {};
  private readonly faults: Fault[] = [];

  /**
   * @param target a format with a writer
   * @param numbers whether labels that the target spells true and false are written as numbers
   */
  constructor(
    private readonly target: Format,
    private readonly numbers: boolean,
  ) {}

  /** The rows, as JSON texts without line ends, that the trajectories of a row of the source become. */
  convert(row: number, trajectories: readonly Trajectory[]): string[] {
    this.rows++;
    const texts: string[] = [];
    for (const [index, trajectory] of trajectories.entries()) {
      this.trajectories++;
      if (!this.numbers && this.holdsSoft(trajectory)) this.needsNumbers = true;
      const done = writeRow(this.target, trajectory, { numbers: this.numbers, pastError: false });
      if (!done.ok) {
        this.unwritable++;
        const { message } = done.fault;
        const said = trajectories.length > 1 ? t('Candidate {0}: {1}', index + 1, message) : message;
        this.list({ ...done.fault, row, message: said });
        continue;
      }
      this.count(done.value.lost);
      this.written++;
      texts.push(done.value.text);
    }
    return texts;
  }

  /** Takes in a row of the source that could not be read; a fault of the file itself counts as no row. */
  refuse(fault: Fault, isRow = true): void {
    if (isRow) {
      this.rows++;
      this.malformed++;
    }
    this.list(fault);
  }

  /** The counts so far. */
  report(): ConversionReport {
    const { rows, trajectories, written, malformed, unwritable } = this;
    const lost = Object.fromEntries(Object.keys(LOSSES).flatMap((kind) => this.entry(kind as Loss)));
    const faults = this.faults.map(({ row, column, message }) => ({
      ...(row === undefined ? {} : { row }),
      ...(column === undefined ? {} : { column }),
      message,
    }));
    return { rows, trajectories, written, lost, malformed, unwritable, faults };
  }

  private holdsSoft({ steps }: Trajectory): boolean {
    const keepsSoft = !this.target.writer!.cannotHold.includes('soft-labels');
    return keepsSoft && steps.some(({ label }) => typeof label === 'number');
  }

  private count(lost: LossCounts): void {
    for (const [kind, count] of Object.entries(lost) as [Loss, number][]) {
      this.lost[kind] = (this.lost[kind] ?? 0) + count;
    }
  }

  private entry(kind: Loss): [Loss, number][] {
    const count = this.lost[kind];
    return count === undefined ? [] : [[kind, count]];
  }

  private list(fault: Fault): void {
    if (this.faults.length < LISTED) this.faults.push(fault);
  }
}

/** What a target cannot hold, in words, for people to know before they write. */
export function cannotHoldWords(target: Format): string[] {
  return target.writer!.cannotHold.map((kind) => LOSSES[kind].words);
}

/** What was lost, in words with numbers: "12 × soft labels (rounded at 0.5)". */
export function lostWords(lost: LossCounts): string[] {
  return (Object.entries(lost) as [Loss, number][]).map(([kind, n]) => `${count(n)} × ${LOSSES[kind].words}`);
}
