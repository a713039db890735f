import { type Column, flag, type StepView, scaled, share } from './columns';
import { matches } from './stepText';

/** A column that counts a pattern in the step. */
function counted(name: string, what: string, pattern: RegExp): Column {
  return { name, about: `${what}, ln(1 + n)`, of: ({ step }) => scaled(matches(step.text, pattern)) };
}

/** A column that is 1 if the step has the pattern. */
function has(name: string, what: string, pattern: RegExp): Column {
  return { name, about: `1 if ${what}`, of: ({ step }) => flag(pattern.test(step.text)) };
}

const meanTokens = ({ earlier }: StepView): number => earlier.tokens / earlier.steps;

/** How long a step is and where it stands. */
export const POSITION_COLUMNS: readonly Column[] = [
  { name: 'index', about: 'steps before it, ln(1 + n)', of: ({ earlier }) => scaled(earlier.steps) },
  { name: 'is_first', about: '1 for the first step', of: ({ earlier }) => flag(earlier.steps === 0) },
  { name: 'chars', about: 'characters, ln(1 + n)', of: ({ step }) => scaled(step.length) },
  { name: 'tokens', about: 'tokens, about, ln(1 + n)', of: ({ step }) => scaled(step.tokens) },
  {
    name: 'words',
    about: 'words of two letters and more, ln(1 + n)',
    of: ({ step }) => scaled(step.words.length),
  },
  counted('lines', 'line ends', /\n/gu),
  counted('sentences', 'ends of sentences', /[.!?](?=\s|$)/gu),
  {
    name: 'earlier_tokens',
    about: 'tokens of all steps before it, ln(1 + n)',
    of: ({ earlier }) => scaled(earlier.tokens),
  },
  {
    name: 'tokens_to_mean',
    about: 'tokens against the mean of the steps before it, ln((1 + n) / (1 + mean)); 0 for the first',
    of: (view) => (view.earlier.steps === 0 ? 0 : scaled(view.step.tokens) - scaled(meanTokens(view))),
  },
  {
    name: 'tokens_to_previous',
    about: 'tokens against the step right before it, ln((1 + n) / (1 + m)); 0 for the first',
    of: ({ step, earlier: { previous } }) =>
      previous === undefined ? 0 : scaled(step.tokens) - scaled(previous.tokens),
  },
  {
    name: 'problem_tokens',
    about: 'tokens of the problem, ln(1 + n)',
    of: ({ problem }) => scaled(problem.tokens),
  },
];

/** What a step is written with. */
export const SHAPE_COLUMNS: readonly Column[] = [
  counted('equals', 'equals signs', /=/gu),
  counted('about_equals', 'signs for about equal', /≈|\\approx|\\sim(?![a-z])/gu),
  counted('plus', 'plus signs', /\+/gu),
  counted('minus', 'minus signs between blanks or before a digit', /[-−](?=[\s\d(\\])/gu),
  counted('times', 'signs of multiplication', /\*|×|·|\\times|\\cdot/gu),
  counted('divide', 'signs of division', /÷|\/|\\div/gu),
  counted('power', 'powers', /\^/gu),
  counted('fractions', 'LaTeX fractions', /\\[dt]?frac/gu),
  counted('roots', 'roots', /\\sqrt|√/gu),
  counted('commands', 'LaTeX commands', /\\[a-zA-Z]+/gu),
  counted('displays', 'displayed formulas', /\\\[|\$\$/gu),
  counted('inline', 'formulas in the line', /\\\(|\$/gu),
  counted('brackets', 'opening brackets', /[([{]/gu),
  counted(
    'relations',
    'signs for less, greater and unequal',
    /<(?!<)|>(?!>)|≤|≥|≠|\\l?g?[et]q?(?![a-z])|\\neq/gu,
  ),
  counted('percent', 'percent signs', /%/gu),
  counted('money', 'signs of money before a digit', /[$€£](?=\d)/gu),
  counted('variables', 'single letters that stand alone', /(?<![\p{L}\\])[b-hj-zB-HJ-Z](?!\p{L})/gu),
  counted('functions', 'sin, cos, tan, log, ln', /\b(?:sin|cos|tan|log|ln)\b/gu),
  has('has_box', 'it has \\boxed', /\\boxed|\\fbox/u),
  has('has_mark', 'it has a calculator mark, <<…>>', /<<[^<>]*>>/u),
  has('has_bold', 'it has bold text', /\*\*|\\textbf/u),
  has('starts_as_item', 'it starts as an item of a list', /^\s*(?:[-*•]|\d+[.)])\s/u),
  has('starts_as_heading', 'it starts with a heading, "Step 2:", "## "', /^\s*(?:(?:\*+\s*)?step\b|#+ )/iu),
  has('ends_with_colon', 'it ends with a colon', /:\s*$/u),
  has('ends_with_stop', 'it ends with a full stop', /[.]\s*$/u),
  has('ends_with_digit', 'it ends with a digit', /\d\W*$/u),
  has('has_question', 'it asks something', /\?/u),
  has('has_code', 'it has code', /```|\bdef |\bprint\(/u),
  {
    name: 'letter_share',
    about: 'share of letters among its characters',
    of: ({ step }) => share(matches(step.text, /\p{L}/gu), step.text.length),
  },
  {
    name: 'digit_share',
    about: 'share of digits among its characters',
    of: ({ step }) => share(matches(step.text, /\d/gu), step.text.length),
  },
];
