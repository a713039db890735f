/** Does work one piece after the other, in the order in which it is asked for, whatever came of the pieces before. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Gives what the work gives, and throws what it throws. */
  take<T>(work: () => Promise<T> | T): Promise<T> {
    const next = this.last.then(work);
    this.last = next.catch(() => undefined);
    return next;
  }
}
