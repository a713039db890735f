import { type Column, flag, type StepView, scaled, share } from './columns';

/** Numbers of the step that stand in neither the problem nor an earlier step. */
function fresh({ step, given, earlier }: StepView): string[] {
  return step.numbers.filter((number) => !given.has(number) && !earlier.numbers.has(number));
}

/** Those of them that no equation of the step explains, which has been found to hold. */
function unexplained(view: StepView): string[] {
  const results = new Set(view.arithmetic.results);
  return fresh(view).filter((number) => !results.has(number) && !SMALL.has(number));
}

/** Numbers that need no source. */
const SMALL = new Set(['0', '1', '2']);

const lastOf = ({ step }: StepView): string | undefined => step.numbers.at(-1);

/** Where a step's numbers come from. */
export const NUMBER_COLUMNS: readonly Column[] = [
  { name: 'numbers', about: 'numbers, ln(1 + n)', of: ({ step }) => scaled(step.numbers.length) },
  {
    name: 'distinct_numbers',
    about: 'different numbers, ln(1 + n)',
    of: ({ step }) => scaled(step.numberSet.size),
  },
  {
    name: 'given_share',
    about: 'share of its numbers that the problem has, in digits or words',
    of: ({ step, given }) =>
      share(step.numbers.filter((number) => given.has(number)).length, step.numbers.length),
  },
  {
    name: 'earlier_share',
    about: 'share of its numbers that an earlier step has',
    of: ({ step, earlier }) =>
      share(step.numbers.filter((number) => earlier.numbers.has(number)).length, step.numbers.length),
  },
  {
    name: 'fresh_share',
    about: 'share of its numbers that neither has',
    of: (view) => share(fresh(view).length, view.step.numbers.length),
  },
  { name: 'fresh', about: 'numbers that neither has, ln(1 + n)', of: (view) => scaled(fresh(view).length) },
  {
    name: 'unexplained',
    about: 'of these, numbers above 2 that no true equation of the step has as a side, ln(1 + n)',
    of: (view) => scaled(unexplained(view).length),
  },
  { name: 'has_unexplained', about: '1 if there is one', of: (view) => flag(unexplained(view).length > 0) },
  {
    name: 'starts_unexplained',
    about: '1 if the first number is one',
    of: (view) => flag(view.step.numbers.length > 0 && unexplained(view)[0] === view.step.numbers[0]),
  },
  {
    name: 'last_is_known',
    about: '1 if the last number stands in the problem or an earlier step',
    of: (view) => {
      const last = lastOf(view);
      return flag(last !== undefined && (view.given.has(last) || view.earlier.numbers.has(last)));
    },
  },
  {
    name: 'reuses_previous',
    about: '1 if it has the last number of the step right before it',
    of: ({ step, earlier }) => {
      const last = earlier.previous?.numbers.at(-1);
      return flag(last !== undefined && step.numberSet.has(last));
    },
  },
  {
    name: 'given_used',
    about: "share of the problem's numbers that the step or an earlier one has",
    of: ({ problem, step, earlier }) => {
      const all = [...problem.numberSet];
      const used = all.filter((number) => earlier.numbers.has(number) || step.numberSet.has(number));
      return share(used.length, all.length);
    },
  },
  {
    name: 'given_numbers',
    about: 'different numbers of the problem, ln(1 + n)',
    of: ({ problem }) => scaled(problem.numberSet.size),
  },
  {
    name: 'largest',
    about: 'its largest number, log10(1 + n), at most 15',
    of: ({ step }) => {
      const largest = step.numbers.reduce((most, number) => Math.max(most, Number(number)), 0);
      return Math.min(15, Math.log10(1 + largest));
    },
  },
  {
    name: 'decimals',
    about: 'numbers with decimals, ln(1 + n)',
    of: ({ step }) => scaled(step.numbers.filter((number) => number.includes('.')).length),
  },
  {
    name: 'long_decimals',
    about: 'numbers with more than two decimals, ln(1 + n)',
    of: ({ step }) => scaled(step.numbers.filter((number) => /\.\d{3}/u.test(number)).length),
  },
  {
    name: 'last_has_decimals',
    about: '1 if the last number has decimals',
    of: (view) => flag(lastOf(view)?.includes('.') ?? false),
  },
];
