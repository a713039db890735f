import type { Solution } from '../scores/compose';
import type { FeatureSet } from '../scores/featureSet';
import { ARITHMETIC_COLUMNS } from './arithmeticColumns';
import type { Column, Earlier, StepView } from './columns';
import { CUE_COLUMNS, TOPIC_COLUMNS } from './cueColumns';
import { NUMBER_COLUMNS } from './numberColumns';
import { OVERLAP_COLUMNS } from './overlapColumns';
import { POSITION_COLUMNS, SHAPE_COLUMNS } from './shapeColumns';
import { givenNumbers, readArithmetic, readText, type StepArithmetic, type StepText } from './stepText';

/** The columns by what they are about, in their order. */
export const COLUMN_GROUPS: readonly { readonly title: string; readonly columns: readonly Column[] }[] = [
  { title: 'Length and place', columns: POSITION_COLUMNS },
  { title: 'Arithmetic check', columns: ARITHMETIC_COLUMNS },
  { title: 'Where numbers come from', columns: NUMBER_COLUMNS },
  { title: 'Shape', columns: SHAPE_COLUMNS },
  { title: 'Words of the step', columns: CUE_COLUMNS },
  { title: 'Words of the problem', columns: TOPIC_COLUMNS },
  { title: 'What is repeated', columns: OVERLAP_COLUMNS },
];

const COLUMNS: readonly Column[] = COLUMN_GROUPS.flatMap(({ columns }) => columns);

/** A feature set whose numbers have names. */
export interface NamedFeatureSet extends FeatureSet {
  /** As many as `size`, in the order of the numbers. */
  readonly names: readonly string[];
}

/**
 * Features of steps for small models (issue 7): a step's own depend on the problem, the earlier steps and itself.
 * Finite for any text, and the same on every machine. Whoever changes what a column says raises the version: a model
 * names the version that it was trained with.
 */
export const STEP_FEATURES: NamedFeatureSet = {
  name: 'cfprm-steps',
  version: 1,
  size: COLUMNS.length,
  names: COLUMNS.map(({ name }) => name),
  compute: computeFeatures,
};

/** The feature sets that models may take. */
export const FEATURE_SETS: readonly NamedFeatureSet[] = [STEP_FEATURES];

function computeFeatures({ problem, steps }: Solution): Float32Array {
  const features = new Float32Array(steps.length * COLUMNS.length);
  const read = readText(problem);
  const given = givenNumbers(read);
  const earlier = new Before();
  steps.forEach((text, index) => {
    const step = readText(text);
    const arithmetic = readArithmetic(text);
    const view: StepView = { problem: read, given, step, arithmetic, earlier };
    features.set(
      COLUMNS.map((column) => column.of(view)),
      index * COLUMNS.length,
    );
    earlier.add(step, arithmetic);
  });
  return features;
}

/** The steps so far. */
class Before implements Earlier {
  steps = 0;
  tokens = 0;
  wrong = 0;
  right = 0;
  undecided = 0;
  previous: StepText | undefined;
  readonly numbers = new Set<string>();
  readonly words = new Set<string>();
  readonly texts = new Set<string>();

  add(step: StepText, arithmetic: StepArithmetic): void {
    this.steps++;
    this.tokens += step.tokens;
    this.wrong += arithmetic.wrong;
    this.right += arithmetic.right;
    this.undecided += arithmetic.undecided;
    this.previous = step;
    for (const number of step.numbers) this.numbers.add(number);
    for (const word of step.words) this.words.add(word);
    this.texts.add(step.text.trim());
  }
}
