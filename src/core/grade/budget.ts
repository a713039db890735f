/**
 * The work that one comparison may do. It is counted, not timed: the same pair has the same verdict on every machine,
 * however busy. One unit is about a tenth of a microsecond; the whole of it is at most some tenths of a second.
 */
export class Budget {
  private left: number;
  private inexact = false;

  constructor(units = 2_000_000) {
    this.left = units;
  }

  /** Takes units away; false if there are not enough left, which ends the comparison undecided. */
  spend(units: number): boolean {
    this.left -= units;
    return this.left >= 0;
  }

  /** True if the work was cut short. */
  get isSpent(): boolean {
    return this.left < 0;
  }

  /** Notes that a number too large to be exact was rounded: that two such numbers agree proves nothing. */
  round(): void {
    this.inexact = true;
  }

  /** True if a number was too large to be exact. */
  get isRounded(): boolean {
    return this.inexact;
  }
}
