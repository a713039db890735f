import { type Column, flag, type StepView, scaled, share } from './columns';

/** Words that say nothing about what a text is about. */
const COMMON = new Set(
  'the of to and in is that it for on are as with his they be at this have from or by not but what all were we can is an each which their if do how so will would there he she'.split(
    ' ',
  ),
);

const NONE: ReadonlySet<string> = new Set();

/** The different words of the step that say something. */
function topics({ step }: StepView): string[] {
  return [...step.wordSet].filter((word) => !COMMON.has(word));
}

function shareIn(view: StepView, words: ReadonlySet<string>): number {
  const own = topics(view);
  return share(own.filter((word) => words.has(word)).length, own.length);
}

/** What a step repeats. */
export const OVERLAP_COLUMNS: readonly Column[] = [
  {
    name: 'words_of_problem',
    about: 'share of its words that the problem has',
    of: (view) => shareIn(view, view.problem.wordSet),
  },
  {
    name: 'words_of_previous',
    about: 'share of its words that the step right before has',
    of: (view) => shareIn(view, view.earlier.previous?.wordSet ?? NONE),
  },
  {
    name: 'words_of_earlier',
    about: 'share of its words that earlier steps have',
    of: (view) => shareIn(view, view.earlier.words),
  },
  {
    name: 'fresh_words',
    about: 'its words that neither the problem nor an earlier step has, ln(1 + n)',
    of: (view) => {
      const known = view.problem.wordSet;
      return scaled(topics(view).filter((word) => !known.has(word) && !view.earlier.words.has(word)).length);
    },
  },
  {
    name: 'is_repeated',
    about: '1 if an earlier step has the same text',
    of: ({ step, earlier }) => flag(earlier.texts.has(step.text.trim())),
  },
];
