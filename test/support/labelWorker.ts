import { once } from 'node:events';
import type { LabelEdit } from '../../src/core/labels/actions';
import { Random } from '../../src/core/merge/random';
import type { Label } from '../../src/core/trajectory';
import { LabelJournal } from '../../src/io/labelJournal';
import { labelState } from './labelState';

// A window of its own: `labelWorker SOURCE SEED COUNT` does COUNT random actions and prints the id of each one as
// soon as it is done, or its fault. Then it waits until its standard input says something or ends, looks at the
// journal once more and prints the state.

const LABELS: (Label | undefined)[] = ['correct', 'neutral', 'incorrect', 0.25, undefined];
const STEPS = 30;

function randomEdit(random: Random): LabelEdit {
  const step = 1 + random.below(STEPS);
  if (random.below(3) === 0) return { kind: 'first-error', step };
  return { kind: 'label', step, label: LABELS[random.below(LABELS.length)] };
}

async function main(source: string, seed: number, count: number): Promise<void> {
  const opened = await LabelJournal.open(source);
  if (!opened.ok) throw new Error(opened.fault.message);
  const journal = opened.value;
  const random = new Random(seed);
  for (let k = 0; k < count; k++) {
    const kind = random.below(10);
    const row = 1 + random.below(3);
    const labels = new Array<undefined>(STEPS).fill(undefined);
    const target = { row, hash: '0123456789abcdef', trajectory: 1, labels };
    const done =
      kind < 2
        ? await journal.undo()
        : kind < 3
          ? await journal.redo()
          : await journal.edit(target, randomEdit(random));
    process.stdout.write(
      done.ok ? `${kind < 3 ? 'back' : (done.value?.id ?? '-')}\n` : `${done.fault.message}\n`,
    );
  }
  process.stdin.resume();
  await Promise.race([once(process.stdin, 'data'), once(process.stdin, 'end')]);
  const last = await journal.refresh();
  process.stdout.write(`${last.ok ? labelState(journal.overlay) : last.fault.message}\n`);
  process.stdin.destroy();
}

main(process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4])).catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
