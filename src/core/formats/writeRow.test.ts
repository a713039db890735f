import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { root, rowsOf } from '../../../test/support/rows';
import type { Label, Step, Trajectory } from '../trajectory';
import { detect } from './detect';
import type { Format, JsonObject } from './format';
import { formatById, formats } from './registry';
import { writeRow } from './writeRow';

const targets = formats.filter((format) => format.writer !== undefined);
const OPTIONS = { numbers: true, pastError: false };

/** The row of a trajectory in a format, and what that format's reader makes of it. */
function there(format: Format, trajectory: Trajectory) {
  const written = writeRow(format, trajectory, OPTIONS);
  if (!written.ok) return undefined;
  const row = JSON.parse(written.value.text) as JsonObject;
  const back = format.read(row);
  assert.ok(back.ok);
  return { ...written.value, back: back.value[0]! };
}

/** What a format may hold of a trajectory; where the text lies is the row's own affair, and so are notes. */
function content({ steps, notes: _, ...rest }: Trajectory) {
  const values = steps.map(({ place: _place, node: _node, ...step }) => defined(step));
  return { ...defined(rest), steps: values };
}

function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

const text = fc.constantFrom(
  'Step 1: 6 * 12 = 72.',
  'Step 2: so $x=\\boxed{3}$',
  'a - b + c',
  'two\nlines\n\nand one',
  'скидки "5"',
  ' blank before',
  'é😀 \u0007',
  '',
);
const label = fc.constantFrom<Label | undefined>('correct', 'incorrect', 'neutral', 0.25, 0.5, undefined);
const offer = fc.record(
  {
    text,
    label: fc.constantFrom<Label | undefined>('correct', 'neutral', 'incorrect', undefined),
  },
  { noNullPrototype: true },
);
const step: fc.Arbitrary<Step> = fc.record(
  {
    text,
    label,
    score: fc.constantFrom(0.5, -3.25, 1),
    alternatives: fc.array(offer, { minLength: 1, maxLength: 2 }),
    place: fc.constant({ path: [] }),
  },
  { requiredKeys: ['text', 'label', 'place'], noNullPrototype: true },
);
const trajectory: fc.Arbitrary<Trajectory> = fc.record(
  {
    id: fc.constantFrom(null, 'p-1'),
    problem: fc.constantFrom('How many?', 'Line\nline', 'Step 1: is quoted here', ''),
    steps: fc.array(step, { maxLength: 5 }),
    gold: fc.constant('72'),
    finalCorrect: fc.boolean(),
    generator: fc.constant('model'),
    score: fc.constant(0.5),
    tokens: fc.constant(31),
  },
  { requiredKeys: ['id', 'problem', 'steps'], noNullPrototype: true },
);

/** Trajectories that every one of the formats can hold. */
const plain: fc.Arbitrary<Trajectory> = fc
  .record({
    right: fc.array(fc.constantFrom('a - b', 'two\nlines', 'é \\frac{1}{2}'), { minLength: 1, maxLength: 5 }),
    wrong: fc.boolean(),
    scored: fc.boolean(),
    id: fc.constantFrom(null, 'p-1'),
    problem: fc.constantFrom('How many?', 'Line\nline'),
  })
  .map(({ right, wrong, scored, id, problem }) => {
    const steps = right.map(
      (each, k): Step => ({
        text: `Step ${k + 1}: ${each}`,
        label: wrong && k === right.length - 1 ? 'incorrect' : 'correct',
        ...(scored ? { score: 0.25 * k } : {}),
        place: { path: [] },
      }),
    );
    return { id, problem, steps };
  });

describe('writing rows', () => {
  it('is possible to the five formats that are trained and judged on', () => {
    assert.deepEqual(targets.map((format) => format.id).sort(), [
      'math-shepherd',
      'prm800k',
      'processbench',
      'rlhflow',
      'trl',
    ]);
  });

  for (const format of targets) {
    describe(`to ${format.id}`, () => {
      it('loses nothing that is not counted, and nothing of a kind that was not said before', () => {
        fc.assert(
          fc.property(trajectory, (given) => {
            const written = there(format, given);
            if (written === undefined) return;
            const kinds = Object.keys(written.lost);
            for (const kind of kinds) assert.ok((format.writer!.cannotHold as string[]).includes(kind), kind);
            // An answer that the last steps state comes back although nobody recorded it.
            const { answer: _, ...back } = written.back;
            if (kinds.length === 0) assert.deepEqual(content(back as Trajectory), content(given));
          }),
          { numRuns: 500 },
        );
      });

      it('gives the same row again when the row is read and written again', () => {
        fc.assert(
          fc.property(trajectory, (given) => {
            const once = there(format, given);
            // The first reading may find an answer in the last step, which the second row records.
            const twice = once && there(format, once.back);
            if (once === undefined || twice === undefined) return;
            const again = there(format, twice.back);
            assert.equal(again?.text, twice.text);
            assert.deepEqual(again?.lost, {});
          }),
          { numRuns: 500 },
        );
      });

      it('is recognised as what it is', () => {
        fc.assert(
          fc.property(trajectory, (given) => {
            const written = there(format, given);
            // A conversation without answers, or texts without a tag, are rows of nothing in particular.
            if (written === undefined || given.steps.every((each) => each.label === undefined)) return;
            const found = detect([JSON.parse(written.text) as JsonObject]);
            assert.equal(found.ok && found.value.format.id, format.id);
          }),
        );
      });

      for (const other of targets) {
        it(`takes from ${other.id} what both can hold, unchanged`, () => {
          fc.assert(
            fc.property(plain, (given) => {
              const source = there(other, given);
              const target = source && there(format, source.back);
              assert.deepEqual([source?.lost, target?.lost], [{}, {}]);
              assert.deepEqual(content(target!.back), content(given));
            }),
          );
        });

        it(`takes from ${other.id} what it can hold of any trajectory`, () => {
          fc.assert(
            fc.property(trajectory, (given) => {
              const source = there(other, given);
              const target = source && there(format, source.back);
              if (target === undefined || Object.keys(target.lost).length > 0) return;
              const { answer: _, ...before } = source!.back;
              const { answer: __, ...after } = target.back;
              assert.deepEqual(content(after as Trajectory), content(before as Trajectory));
            }),
            { numRuns: 500 },
          );
        });
      }

      it('takes the trajectories of every fixture, or says why not', () => {
        for (const file of readdirSync(path.join(root, 'test/fixtures'))) {
          const source = formatById(file.split(/--|\.jsonl?$/u)[0]!);
          for (const row of source === undefined ? [] : rowsOf(`test/fixtures/${file}`)) {
            const reading = source!.read(row);
            for (const each of reading.ok ? reading.value : []) {
              const written = writeRow(format, each, OPTIONS);
              if (!written.ok) assert.match(written.fault.message, /cannot be written as /u);
            }
          }
        }
      });
    });
  }

  it('says what each kind of row cannot hold', () => {
    const steps = (...labels: (Label | undefined)[]): Step[] =>
      labels.map((each, k) => ({ text: `Step ${k + 1}: s`, label: each, place: { path: [] } }));
    const lost = (id: string, labels: (Label | undefined)[], more: Partial<Trajectory> = {}) => {
      const written = writeRow(
        formatById(id)!,
        { id: null, problem: 'P', steps: steps(...labels), ...more },
        OPTIONS,
      );
      assert.ok(written.ok);
      return written.value.lost;
    };
    assert.deepEqual(lost('trl', ['correct', 0.3, undefined]), {});
    assert.deepEqual(lost('trl', ['neutral'], { tokens: 3 }), { 'neutral-labels': 1, tokens: 1 });
    assert.deepEqual(lost('processbench', ['correct', 'incorrect', 'incorrect', 'correct']), { labels: 2 });
    // Right before the first error is not known of the first step: no index can say that.
    assert.deepEqual(lost('processbench', [undefined, 'incorrect']), { labels: 1 });
    assert.deepEqual(lost('prm800k', ['neutral', undefined, 'incorrect', 'correct']), { labels: 1 });
    assert.deepEqual(lost('math-shepherd', [0.7, 'neutral', undefined], { gold: '4' }), {
      'soft-labels': 1,
      'neutral-labels': 1,
      gold: 1,
    });
    assert.deepEqual(lost('rlhflow', [undefined, 'correct'], { finalCorrect: true }), { verdict: 1 });
  });
});
