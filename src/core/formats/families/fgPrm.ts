import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import { counted } from '../../trace/words';
import type { Label, Note, Step, Trajectory } from '../../trajectory';
import { isTextList, optionalText, requireTexts } from '../fields';
import type { Format, JsonObject } from '../format';
import { splitProblem } from '../taggedText';

/** The word that ends a step. */
const TAG = 'ки';
/** What `feedback_tags` has at a step's end if the step is right, and at all words that end no step. */
const RIGHT = 'O';
const NOTHING = 'Ignore';

/**
 * FG-PRM (du-nlp-lab/FG-PRM): `text` lists the words of problem and steps, and each step ends with the word "ки",
 * where `feedback_tags` has "O" for a right step, else the kind of error: one of six hallucination types
 * ("Calculation-Error", "Fabrication", ...) or only "F-ERR". The type goes into a note. Words after the last "ки"
 * are an unlabelled step. Line breaks are lost, so problem and first step can be told apart only at "Step 1:".
 */
export const fgPrm: Format = {
  id: 'fg-prm',
  title: t('FG-PRM'),
  signature: t('text (a list of words with the step tag "ки") and feedback_tags'),
  reads: ['id', 'text', 'feedback_tags'],
  recognise(row) {
    if (!isTextList(row.text) || !isTextList(row.feedback_tags)) return undefined;
    return row.text.includes(TAG) ? t('text with the step tag "ки" and feedback_tags') : undefined;
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  const words = requireTexts(row.text, 'text');
  if (!words.ok) return words;
  const tags = requireTexts(row.feedback_tags, 'feedback_tags');
  if (!tags.ok) return tags;
  if (tags.value.length !== words.value.length) {
    return fail(
      t(
        'feedback_tags has {0} for {1} in text. One tag per word is expected.',
        counted(tags.value.length, 'entry'),
        counted(words.value.length, 'word'),
      ),
    );
  }
  const first = words.value.indexOf(TAG);
  if (first < 0) return fail(t('text has no step tag "{0}", so its steps cannot be found.', TAG));
  const head = words.value.slice(0, first).join(' ');
  const split = splitProblem(head);
  const notes: Note[] = split.note === undefined ? [] : [split.note];
  const steps = readSteps(words.value, tags.value, head.slice(split.stepStart), notes);
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem: split.problem,
      steps,
      answer: finalAnswer(steps),
      notes,
    },
  ]);
}

/** `firstText` is the first step's text, without the problem. */
function readSteps(
  words: readonly string[],
  tags: readonly string[],
  firstText: string,
  notes: Note[],
): Step[] {
  const steps: Step[] = [];
  let from = 0;
  for (let at = 0; at <= words.length; at++) {
    const ends = words[at] === TAG;
    if (!ends && (at < words.length || from === words.length)) continue;
    const text = steps.length === 0 ? firstText : words.slice(from, at).join(' ');
    // The last word of the step, or its tag if it has no word.
    const place = { path: ['text', at > from ? at - 1 : at], onlyEnd: true };
    const label = ends ? labelOf(tags[at]!, steps.length + 1, notes) : undefined;
    steps.push({ text, label, score: undefined, place });
    from = at + 1;
  }
  return steps;
}

function labelOf(tag: string, step: number, notes: Note[]): Label | undefined {
  if (tag === RIGHT) return 'correct';
  if (tag === NOTHING) return undefined;
  notes.push({ step, kind: 'error-type', isFact: true, message: t('Type of error: {0}.', tag) });
  return 'incorrect';
}
