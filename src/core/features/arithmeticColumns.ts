import { type Column, flag, scaled, share } from './columns';

/** What the arithmetic check says, here and before. */
export const ARITHMETIC_COLUMNS: readonly Column[] = [
  {
    name: 'has_false',
    about: '1 if an equation is false',
    of: ({ arithmetic }) => flag(arithmetic.wrong > 0),
  },
  { name: 'false', about: 'false equations, ln(1 + n)', of: ({ arithmetic }) => scaled(arithmetic.wrong) },
  { name: 'true', about: 'true equations, ln(1 + n)', of: ({ arithmetic }) => scaled(arithmetic.right) },
  {
    name: 'undecided',
    about: 'equations that could not be decided, ln(1 + n)',
    of: ({ arithmetic }) => scaled(arithmetic.undecided),
  },
  {
    name: 'is_checked',
    about: '1 if there are equations, and all of them hold',
    of: ({ arithmetic: { right, wrong, undecided } }) => flag(right > 0 && wrong + undecided === 0),
  },
  {
    name: 'decided_share',
    about: 'share of its equations that could be decided',
    of: ({ arithmetic: { right, wrong, undecided } }) => share(right + wrong, right + wrong + undecided),
  },
  {
    name: 'earlier_false',
    about: 'false equations of earlier steps, ln(1 + n)',
    of: ({ earlier }) => scaled(earlier.wrong),
  },
  {
    name: 'earlier_true',
    about: 'true equations of earlier steps, ln(1 + n)',
    of: ({ earlier }) => scaled(earlier.right),
  },
  {
    name: 'earlier_decided_share',
    about: 'share of the equations of earlier steps that could be decided',
    of: ({ earlier: { right, wrong, undecided } }) => share(right + wrong, right + wrong + undecided),
  },
];
