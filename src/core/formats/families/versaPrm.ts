import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import { counted } from '../../trace/words';
import type { Label, Note, Step, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import {
  isObject,
  kindOf,
  optionalText,
  quote,
  readLabels,
  requireText,
  requireTexts,
  withPrefixes,
} from '../fields';
import type { Format, Json, JsonObject } from '../format';
import { ratingLabel } from './prm800k';

/** A text that is offered in place of a step; `at` is the step's 0-based index. */
interface Augmentation {
  readonly text: string;
  readonly label: Label | undefined;
  readonly at: number;
}

/**
 * VersaPRM (UW-Madison-Lee-Lab/VersaPRM): each entry of `chain_of_thoughts` is a trajectory, with the labels 1, -1
 * and, in rows from PRM800K, 0 (neutral); null labels where automatic labelling failed. `augs` are texts that follow
 * the first `aug_idx` steps in place of the next one, which become that step's alternatives: `aug_type` is 1, 0, -1
 * or the name of the error that was put in. Most published ones stand after the last step: these are counted in a
 * note, because there is no step that they could stand for.
 */
export const versaPrm: Format = {
  id: 'versaprm',
  title: t('VersaPRM'),
  signature: t('question and chain_of_thoughts with steps'),
  reads: withPrefixes([
    'id',
    'question',
    'answer',
    'chain_of_thoughts.steps',
    'chain_of_thoughts.labels',
    'chain_of_thoughts.augs.aug_step',
    'chain_of_thoughts.augs.aug_idx',
    'chain_of_thoughts.augs.aug_type',
  ]),
  recognise(row) {
    if (typeof row.question !== 'string' || !Array.isArray(row.chain_of_thoughts)) return undefined;
    const [first] = row.chain_of_thoughts;
    return isObject(first) && Array.isArray(first.steps)
      ? t('question and chain_of_thoughts with steps')
      : undefined;
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.question, 'question');
  if (!problem.ok) return problem;
  const chains = row.chain_of_thoughts;
  if (!Array.isArray(chains)) {
    return fail(t('chain_of_thoughts is {0}, but a list of solutions is expected.', kindOf(chains)));
  }
  const trajectories: Trajectory[] = [];
  for (const [index, chain] of chains.entries()) {
    const notes: Note[] = [];
    const steps = readChain(chain, index, notes);
    if (!steps.ok) return steps;
    trajectories.push({
      id: optionalText(row.id) ?? null,
      problem: problem.value,
      steps: steps.value,
      gold: goldAnswer(row.answer),
      answer: finalAnswer(steps.value),
      notes,
    });
  }
  return ok(trajectories);
}

function readChain(chain: Json, index: number, notes: Note[]): Result<Step[]> {
  const name = `chain_of_thoughts[${index}]`;
  if (!isObject(chain)) return fail(t('{0} is {1}, but an object is expected.', name, kindOf(chain)));
  const texts = requireTexts(chain.steps, `${name}.steps`);
  if (!texts.ok) return texts;
  const labels = labelsOf(chain.labels, texts.value.length, `${name}.labels`, notes);
  if (!labels.ok) return labels;
  const augs = readAugs(chain.augs, `${name}.augs`);
  if (!augs.ok) return augs;
  noteUnplaced(augs.value, texts.value.length, `${name}.augs`, notes);
  return ok(
    texts.value.map((text, at) => {
      const offers = augs.value.filter((aug) => aug.at === at);
      return {
        text,
        label: labels.value[at],
        score: undefined,
        alternatives: offers.length > 0 ? offers.map(({ text, label }) => ({ text, label })) : undefined,
        place: { path: ['chain_of_thoughts', index, 'steps', at] },
      };
    }),
  );
}

function labelsOf(
  value: Json | undefined,
  steps: number,
  name: string,
  notes: Note[],
): Result<readonly (Label | undefined)[]> {
  if (value === undefined || value === null) {
    const message = t('There is no {0}: all steps of this solution are unlabelled.', name);
    notes.push({ kind: 'labels-missing', message });
    return ok([]);
  }
  if (!Array.isArray(value)) {
    return fail(t('{0} is {1}, but a list with one label per step is expected.', name, kindOf(value)));
  }
  const names = { labels: name, steps: 'step', expected: t('Expected 1, 0, -1 or null.') } as const;
  return readLabels(value, steps, names, ratingLabel);
}

function readAugs(value: Json | undefined, name: string): Result<readonly Augmentation[]> {
  if (value === undefined || value === null) return ok([]);
  if (!Array.isArray(value)) return fail(t('{0} is {1}, but a list is expected.', name, kindOf(value)));
  const augs: Augmentation[] = [];
  for (const [index, entry] of value.entries()) {
    const each = `${name}[${index}]`;
    if (!isObject(entry)) return fail(t('{0} is {1}, but an object is expected.', each, kindOf(entry)));
    const text = requireText(entry.aug_step, `${each}.aug_step`);
    if (!text.ok) return text;
    const at = entry.aug_idx;
    if (typeof at !== 'number' || !Number.isInteger(at)) {
      return fail(t('{0}.aug_idx is {1}, but the index of a step (from 0) is expected.', each, quote(at)));
    }
    // VersaPRM's training takes every type but 1 and 0 as an error, by whatever name.
    const label = typeof entry.aug_type === 'string' ? 'incorrect' : ratingLabel(entry.aug_type);
    if (label === null) {
      return fail(
        t(
          '{0}.aug_type is a label of an unknown kind: {1}. Expected 1, 0, -1, null or the name of an error.',
          each,
          quote(entry.aug_type),
        ),
      );
    }
    augs.push({ text: text.value, label, at });
  }
  return ok(augs);
}

function noteUnplaced(augs: readonly Augmentation[], steps: number, name: string, notes: Note[]): void {
  const unplaced = augs.filter(({ at }) => at < 0 || at >= steps).length;
  if (unplaced === 0) return;
  const message = t(
    '{0} has {1} for steps that the solution does not have; not read.',
    name,
    counted(unplaced, 'text'),
  );
  notes.push({ kind: 'alternatives-not-read', message });
}
