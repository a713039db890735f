import { t } from '@vscode/l10n';
import type { BonNumbers, ProblemAddress, ProblemCandidates } from '../core/bon/overview';
import type { BonOptions } from '../core/bon/report';
import type { Aggregate } from '../core/bon/scores';
import { fail, type Result } from '../core/result';
import type { FromBonProcess, GatheredFile, GatherRequest, ToBonProcess } from './bonMessages';
import { exitWords, OwnChild } from './ownChild';
import { CANCELLED } from './rowStream';

type Answer = Extract<FromBonProcess, { readonly id: number }>;

/** A file's comparison in a process of its own, seen from outside. It ends with `stop`. */
export class BonClient {
  /** What the file holds. Faults: those of `passRows`, no row could be read, the process ended, or `CANCELLED`. */
  readonly gathered: Promise<Result<GatheredFile>>;
  private readonly child: OwnChild<ToBonProcess, FromBonProcess>;
  private readonly waiting = new Map<number, (answer: Answer | undefined) => void>();
  private settle: (result: Result<GatheredFile>) => void = () => undefined;
  private calls = 0;
  private stopped = false;
  private gone: string | undefined;

  /**
   * @param program path of the bundled `bonProcess`
   * @param onProgress done and total bytes, while the file is read
   */
  constructor(
    program: string,
    request: GatherRequest,
    private readonly onProgress: (done: number, total: number) => void,
  ) {
    this.gathered = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.child = new OwnChild(program);
    this.child.onMessage = (message) => this.receive(message);
    void this.child.exited.then((exit) => this.end(exitWords(exit)));
    this.child.send({ type: 'gather', request });
  }

  /** The numbers of all problems. Faults: those of `bonReport`, the process ended, or `CANCELLED`. */
  async count(options: BonOptions): Promise<Result<BonNumbers>> {
    const answer = await this.ask((id) => ({ type: 'count', id, options }));
    return answer?.type === 'counted' ? answer.result : this.lost();
  }

  /**
   * The candidates of one problem, with `unscored` as if the file had no scores; undefined if it is not there. Faults:
   * the process ended, or `CANCELLED`.
   */
  async problem(
    address: ProblemAddress,
    weight: Aggregate,
    unscored = false,
  ): Promise<Result<ProblemCandidates | undefined>> {
    const answer = await this.ask((id) => ({ type: 'problem', id, address, weight, unscored }));
    return answer?.type === 'problem' ? { ok: true, value: answer.found } : this.lost();
  }

  /** Ends the process; what was asked and not answered is cancelled. */
  stop(): void {
    this.stopped = true;
    this.child.kill();
  }

  private ask(message: (id: number) => ToBonProcess): Promise<Answer | undefined> {
    if (this.gone !== undefined) return Promise.resolve(undefined);
    const id = this.calls++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.send(message(id));
    });
  }

  private receive(message: FromBonProcess): void {
    if (message.type === 'progress') this.onProgress(message.done, message.total);
    else if (message.type === 'gathered') this.settle(message.result);
    else {
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
    }
  }

  private end(how: string): void {
    this.gone = how;
    this.settle(this.lost());
    for (const resolve of this.waiting.values()) resolve(undefined);
    this.waiting.clear();
  }

  private lost(): Result<never> {
    if (this.stopped) return fail(CANCELLED);
    const words = [t('The process that compares candidates ended ({0}).', this.gone ?? '')];
    if (this.gone === 'SIGKILL' || this.gone === 'SIGABRT') words.push(t('Perhaps memory ran out.'));
    const last = this.child.output.trim().split('\n').at(-1) ?? '';
    if (last !== '') words.push(t('It said: {0}', last));
    words.push(t('Compare again, or use "cfprm bon" in a terminal.'));
    return fail(words.join(' '));
  }
}
