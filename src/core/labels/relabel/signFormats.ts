import { t } from '@vscode/l10n';
import { readTags, TAG } from '../../formats/families/mathShepherd';
import type { Json, JsonObject } from '../../formats/format';
import { fail, ok, type Result } from '../../result';
import type { Label } from '../../trajectory';
import { cannotHold, type LabelWriter } from './relabel';
import type { RowText } from './rowText';

function signOf(label: Label | undefined): '+' | '-' | undefined {
  return label === 'correct' ? '+' : label === 'incorrect' ? '-' : undefined;
}

/**
 * Math-Shepherd: the sign in `label`, or the tag itself where there is no label. A row without `label` gets one
 * behind `input`, spelled as `input` is.
 */
export const writeMathShepherd: LabelWriter = ({ text, row, wanted, changed }) => {
  const input = row.input as string;
  const tags = readTags(input, row, []);
  if (!tags.ok) return tags;
  for (const index of changed) {
    const label = wanted[index];
    if (label !== undefined && signOf(label) === undefined) return cannotHold('Math-Shepherd', index, label);
    if (tags.value[index] !== undefined) continue;
    return fail(
      t(
        'Math-Shepherd cannot hold the label of step {0}: no tag "{1}" follows the step in input.',
        index + 1,
        TAG,
      ),
    );
  }
  const signs = tags.value.map(({ at }, index) => {
    return signOf(wanted[index]) ?? text.slice(['input'], at, at + TAG.length);
  });
  if (typeof row.label !== 'string') {
    let at = 0;
    let spelled = '';
    for (const [index, tag] of tags.value.entries()) {
      spelled += text.slice(['input'], at, tag.at) + signs[index];
      at = tag.at + TAG.length;
    }
    spelled += text.slice(['input'], at, input.length);
    text.setMember([], 'label', `"${spelled}"`, 'input');
    return ok(undefined);
  }
  for (const index of changed) {
    const { sign, label } = tags.value[index]!;
    const length = label === undefined ? TAG.length : 1;
    text.replaceSlice(['label'], sign!, sign! + length, signs[index]!);
  }
  return ok(undefined);
};

/**
 * RLHFlow: the sign in the assistant's turn behind the step. A step without an answer gets one; an answer can only
 * be taken away behind the last step, because training reads user and assistant in turn.
 */
export const writeRlhflow: LabelWriter = ({ text, row, trajectory, wanted, changed }) => {
  const turns = row.conversations as Json[];
  for (const index of changed) {
    const label = wanted[index];
    if (label !== undefined && signOf(label) === undefined) return cannotHold('RLHFlow', index, label);
    const user = trajectory.steps[index]!.place.path[1] as number;
    const answer = answerBehind(turns, user);
    const last = index === wanted.length - 1;
    const written = writeAnswer(text, turns, { user, answer, last, sign: signOf(label) });
    if (written.ok) continue;
    return fail(t('RLHFlow cannot hold the label of step {0}: {1}', index + 1, written.fault.message));
  }
  return ok(undefined);
};

interface Answer {
  /** 0-based turns of the step and of its answer, if it has one. */
  readonly user: number;
  readonly answer: number | undefined;
  /** True for the last step. */
  readonly last: boolean;
  readonly sign: '+' | '-' | undefined;
}

function writeAnswer(text: RowText, turns: Json[], { user, answer, last, sign }: Answer): Result<void> {
  if (sign === undefined) {
    if (!last) return fail(t('only the last step can be without an answer.'));
    text.removeElement(['conversations'], answer!);
  } else if (answer === undefined) {
    text.insertBehind(['conversations'], user, newTurn(text, turns[user] as JsonObject, user, sign));
  } else {
    const content = (turns[answer] as JsonObject).content as string;
    const at = content.search(/[+-]/u);
    text.replaceSlice(['conversations', answer, 'content'], at, at + 1, sign);
  }
  return ok(undefined);
}

/** The assistant's turn behind a user's, if the next turn is the assistant's; the system's do not count. */
function answerBehind(turns: Json[], user: number): number | undefined {
  let at = user + 1;
  while ((turns[at] as JsonObject | undefined)?.role === 'system') at++;
  return (turns[at] as JsonObject | undefined)?.role === 'assistant' ? at : undefined;
}

/** An assistant's turn with its keys in the order and spacing of the user's. */
function newTurn(text: RowText, turn: JsonObject, index: number, sign: string): string {
  const path = ['conversations', index];
  const values: Record<string, string> = { role: '"assistant"', content: `"${sign}"` };
  const members = Object.keys(turn)
    .filter((key) => values[key] !== undefined)
    .map((key) => `"${key}"${text.colon(path)}${values[key]}`);
  return `{${members.join(text.comma(path))}}`;
}
