import { type Column, flag, type StepView } from './columns';

type Part = 'step' | 'problem';

/** A column that is 1 if a text has one of the words. */
function cue(part: Part, name: string, pattern: string): Column {
  const words = new RegExp(`\\b(?:${pattern})\\b`, 'iu');
  const where = part === 'step' ? '' : 'the problem has ';
  return {
    name: `${part === 'step' ? 'says' : 'asks'}_${name}`,
    about: `1 if ${where}one of: ${pattern.replace(/\\w\*/gu, '…').replaceAll('|', ', ')}`,
    of: (view: StepView) => flag(words.test(view[part].text)),
  };
}

/** Words of the step that show what it does. */
export const CUE_COLUMNS: readonly Column[] = [
  cue('step', 'therefore', 'therefore|thus|hence|so'),
  cue('step', 'answer', 'answer|final'),
  cue('step', 'let', 'let|assume|suppose|denote|define'),
  cue('step', 'because', 'since|because|as'),
  cue('step', 'order', 'first|second|third|next|then|finally'),
  cue('step', 'turn', 'but|however|wait|actually|although|instead'),
  cue('step', 'know', 'know|given|recall|note|notice|observe'),
  cue('step', 'calculate', 'calculate|compute|find|determine|evaluate'),
  cue('step', 'rewrite', 'simplif\\w*|substitut\\w*|expand\\w*|factor\\w*|rewrit\\w*|rearrang\\w*'),
  cue('step', 'solve', 'solv\\w*|equation|equations'),
  cue('step', 'total', 'total|sum|altogether|combined|all'),
  cue('step', 'each', 'each|per|every'),
  cue('step', 'multiple', 'times|twice|double|half|third|quarter|triple'),
  cue('step', 'rest', 'remain\\w*|left|rest|difference'),
  cue('step', 'compare', 'more|less|fewer|greater|smaller|larger'),
  cue('step', 'must', 'must|only|always|never|cannot|impossible'),
  cue('step', 'if', 'if|case|cases|when|either|or'),
  cue('step', 'check', 'check|verif\\w*|confirm\\w*|satisf\\w*'),
  cue('step', 'about', 'about|approximately|roughly|estimat\\w*|round\\w*'),
  cue('step', 'average', 'average|mean|median|percent|percentage|ratio|rate'),
  cue(
    'step',
    'geometry',
    'triangle|circle|angle|radius|area|perimeter|square|rectangle|side|length|line|point',
  ),
  cue('step', 'count', 'ways|choose|arrang\\w*|permutation\\w*|combination\\w*|probability|possible'),
  cue('step', 'number_theory', 'prime|divisible|divisor\\w*|remainder|modulo|integer|integers|digit|digits'),
  cue('step', 'function', 'function|polynomial|root|roots|graph|domain|coefficient\\w*|derivative'),
  cue('step', 'we', 'we|us'),
];

/** Words of the problem that show what it is about. */
export const TOPIC_COLUMNS: readonly Column[] = [
  cue('problem', 'how_many', 'how many|how much|how long|how old|how far'),
  cue('problem', 'value', 'value|compute|evaluate|simplify|find'),
  cue('problem', 'proof', 'prove|show that|determine all|find all'),
  cue('problem', 'percent', 'percent|percentage|discount|interest|ratio|rate|average'),
  cue('problem', 'multiple', 'twice|half|double|times|third|quarter|triple'),
  cue('problem', 'compare', 'more|less|fewer|greater|older|younger|longer'),
  cue(
    'problem',
    'geometry',
    'triangle|circle|angle|radius|area|perimeter|square|rectangle|sphere|cube|polygon|circumcircle',
  ),
  cue(
    'problem',
    'count',
    'ways|choose|arrang\\w*|probability|permutation\\w*|random\\w*|dice|coin|coins|cards',
  ),
  cue(
    'problem',
    'number_theory',
    'prime|divisible|divisor\\w*|remainder|modulo|integer|integers|digit|digits',
  ),
  cue('problem', 'function', 'function|polynomial|root|roots|graph|domain|coefficient\\w*|equation'),
  {
    name: 'asks_in_latex',
    about: '1 if the problem has LaTeX',
    of: ({ problem }) => flag(/\\[a-zA-Z]+|\$/u.test(problem.text)),
  },
];
