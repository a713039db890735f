import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isError, type Label } from '../trajectory';
import { type LabelEdit, type LabelTarget, planEdit } from './actions';
import { Overlay } from './overlay';

const SIGNS: Record<string, Label | undefined> = {
  '+': 'correct',
  '0': 'neutral',
  '-': 'incorrect',
  '.': undefined,
  g: 0.75,
  b: 0.25,
};

/** A trajectory with labels in short: + 0 - . and soft ones, g for 0.75 and b for 0.25. */
function target(signs: string): LabelTarget {
  return {
    row: 7,
    hash: '0123456789abcdef',
    trajectory: 2,
    labels: Array.from(signs, (sign) => SIGNS[sign]),
  };
}

/** Performs an edit and gives back the labels, in short, and how many changed. */
function edited(overlay: Overlay, before: string, edit: LabelEdit): [string, number] {
  const { labels, ...address } = target(before);
  const changes = planEdit(overlay, target(before), edit);
  assert.ok(changes.ok);
  if (changes.value.length > 0) overlay.perform('op', '', changes.value);
  const now = labels.map((label, index) => {
    const own = overlay.labelAt({ ...address, step: index + 1 });
    return own === undefined ? label : own.label;
  });
  const sign = (label: Label | undefined) => Object.keys(SIGNS).find((key) => SIGNS[key] === label);
  return [now.map(sign).join(''), changes.value.length];
}

describe('an edit', () => {
  it('labels one step, takes its label away, and changes nothing that is that way already', () => {
    const overlay = new Overlay();
    assert.deepEqual(edited(overlay, '+-.', { kind: 'label', step: 3, label: 0.25 }), ['+-b', 1]);
    assert.deepEqual(edited(overlay, '+-.', { kind: 'label', step: 2, label: undefined }), ['+.b', 1]);
    assert.deepEqual(edited(overlay, '+-.', { kind: 'label', step: 2, label: undefined }), ['+.b', 0]);
    assert.deepEqual(edited(overlay, '+-.', { kind: 'label', step: 1, label: 'correct' }), ['+.b', 0]);
    assert.deepEqual(edited(overlay, '+-.', { kind: 'label', step: 2, label: 'incorrect' }), ['+-b', 1]);
  });

  it('records what the label was before: that of the journal, else that of the source', () => {
    const overlay = new Overlay();
    edited(overlay, '+-.', { kind: 'label', step: 1, label: 'neutral' });
    const next = planEdit(overlay, target('+-.'), { kind: 'label', step: 1, label: 0.5 });
    assert.ok(next.ok);
    const place = { row: 7, hash: '0123456789abcdef', trajectory: 2, step: 1 };
    assert.deepEqual(next.value, [{ ...place, from: 'neutral', to: 0.5 }]);
  });

  it('marks the first error: unlabelled and wrong steps before it are correct, the rest stays', () => {
    const mark = (before: string, step: number) =>
      edited(new Overlay(), before, { kind: 'first-error', step });
    assert.deepEqual(mark('.....', 3), ['++-..', 3]);
    assert.deepEqual(mark('+-0bg.-+', 6), ['++0+g--+', 3]);
    assert.deepEqual(mark('-+', 1), ['-+', 0]);
    assert.deepEqual(mark('b', 1), ['-', 1]);
    assert.deepEqual(mark('+++', 3), ['++-', 1]);
  });

  it('marks the first error where it says, whatever the labels were', () => {
    const signs = fc.array(fc.constantFrom(...Object.keys(SIGNS)), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(signs, fc.nat(), (before, pick) => {
        const step = (pick % before.length) + 1;
        const [after] = edited(new Overlay(), before.join(''), { kind: 'first-error', step });
        const first = Array.from(after).findIndex((sign) => isError(SIGNS[sign]));
        assert.equal(first + 1, step);
        assert.equal(after.slice(step), before.slice(step).join(''));
      }),
    );
  });

  it('refuses a step that is not there and a label that is none', () => {
    for (const step of [0, 4, 1.5]) {
      const plan = planEdit(new Overlay(), target('+-.'), { kind: 'first-error', step });
      assert.match(plan.ok ? '' : plan.fault.message, /There is no step .*: the trajectory has 3/);
    }
    for (const label of [0, 1, -1, Number.NaN, 'good' as Label]) {
      const plan = planEdit(new Overlay(), target('+-.'), { kind: 'label', step: 1, label });
      assert.match(plan.ok ? '' : plan.fault.message, /is no label/);
    }
  });
});
