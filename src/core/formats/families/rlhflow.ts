import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import { isError, type Label, type Note, type Step, type Trajectory } from '../../trajectory';
import { isObject, kindOf, optionalText, quote } from '../fields';
import type { Format, Json, JsonObject } from '../format';
import { SIGNED_TEXT_LOSSES } from '../losses';
import { scoresColumn } from '../recordedScores';
import type { SplitRule } from '../splitText';
import { markedTexts, splitProblem, trimmedPiece } from '../taggedText';
import { tailSteps } from '../wholeText';

/** A turn of the conversation that is not the system's. */
interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** 0-based place in `conversations`. */
  readonly index: number;
}

const NOT_SEPARATED: Note = {
  kind: 'problem-not-separated',
  message: t(
    'Problem and solution cannot be told apart: there is no "Step 1:" between them. The problem is taken as empty.',
  ),
};

/**
 * RLHFlow's reward data (RLHFlow/RLHF-Reward-Modeling, math-rm): user turns are steps, the assistant answers "+" or
 * "-", and the problem is glued to the first step.
 *
 * Files for outcome reward models have the same shape with a whole solution as the only user turn; the sign is then
 * the verdict on its final answer, and the steps are unlabelled. A row with one user turn is an outcome row if the
 * turn holds "Step 2:" or, without any "Step 1:", a blank line, at which RLHFlow's own process rows are cut. Rows
 * that a merge wrote have a column `cfprm` and are process rows always: their one turn is a window of steps.
 */
export const rlhflow: Format = {
  id: 'rlhflow',
  title: t('RLHFlow process or outcome reward'),
  signature: t(
    'conversations in which the user gives steps or a solution and the assistant answers "+" or "-"',
  ),
  reads: ['conversations', 'conversations.role', 'conversations.content', 'id', 'cfprm'],
  split: 'step-marker',
  recognise(row) {
    const turns = readTurns(row.conversations);
    if (!turns.ok) return undefined;
    const users = turns.value.filter((turn) => turn.role === 'user');
    const answers = turns.value.filter((turn) => turn.role === 'assistant');
    if (users.length === 0 || answers.length === 0) return undefined;
    if (!answers.every((turn) => signOf(turn.content) !== undefined)) return undefined;
    const outcome = isOutcome(row, users);
    return outcome
      ? t('conversations of a solution with "+" or "-" as the answer')
      : t('conversations of steps with "+" or "-" as the answer');
  },
  read,
  writer: { cannotHold: SIGNED_TEXT_LOSSES, row: write },
};

function read(row: JsonObject, split?: SplitRule): Result<Trajectory[]> {
  const turns = readTurns(row.conversations);
  if (!turns.ok) return turns;
  const notes: Note[] = [];
  const paired = pairTurns(turns.value);
  if (!paired.ok) return paired;
  if (
    isOutcome(
      row,
      paired.value.map(({ turn }) => turn),
    )
  ) {
    const { turn, label } = paired.value[0]!;
    return ok([readOutcome(row, turn, label, split)]);
  }
  let problem = '';
  const steps = paired.value.map(({ turn, label }, index): Step => {
    const { content } = turn;
    let from = 0;
    if (index === 0) {
      const head = splitProblem(content);
      problem = head.problem;
      from = head.stepStart;
      if (head.note !== undefined) notes.push(head.note);
    }
    const { text, end } = trimmedPiece(content, from, content.length);
    return {
      text,
      label,
      score: undefined,
      place: { path: ['conversations', turn.index, 'content'], end },
    };
  });
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem,
      steps,
      gold: undefined,
      answer: finalAnswer(steps),
      finalCorrect: undefined,
      generator: undefined,
      notes,
    },
  ]);
}

/** True if the only turn of the user holds a problem and more than one step. */
function isOutcome(row: JsonObject, users: readonly Turn[]): boolean {
  if (users.length !== 1 || isObject(row.cfprm)) return false;
  const { content } = users[0]!;
  if (content.includes('Step 1:')) return secondStep(content) >= 0;
  return /\n[^\S\n]*\n/u.test(content.trim());
}

/** Where "Step 2:" stands behind a "Step 1:", or -1. */
function secondStep(content: string): number {
  return content.indexOf('Step 2:', Math.max(content.indexOf('Step 1:'), 0));
}

function readOutcome(
  row: JsonObject,
  turn: Turn,
  sign: Label | undefined,
  split: SplitRule | undefined,
): Trajectory {
  const { content } = turn;
  const marked = content.includes('Step 1:');
  const head = marked
    ? splitProblem(content.slice(0, secondStep(content)))
    : { problem: '', stepStart: 0, note: NOT_SEPARATED };
  const rule = split ?? (marked ? 'step-marker' : 'blank-line');
  const steps = tailSteps(content, head.stepStart, ['conversations', turn.index, 'content'], rule);
  return {
    id: optionalText(row.id) ?? null,
    problem: head.problem,
    steps,
    gold: undefined,
    answer: finalAnswer(steps),
    finalCorrect: sign === undefined ? undefined : sign === 'correct',
    generator: undefined,
    notes: head.note === undefined ? [] : [head.note],
  };
}

/** User turns with the label that follows them; a user turn without an answer is unlabelled. */
function pairTurns(turns: readonly Turn[]): Result<readonly { turn: Turn; label: Label | undefined }[]> {
  const pairs: { turn: Turn; label: Label | undefined }[] = [];
  let open = false;
  for (const turn of turns) {
    if (turn.role === 'user') {
      pairs.push({ turn, label: undefined });
      open = true;
      continue;
    }
    const name = `conversations[${turn.index}]`;
    if (!open)
      return fail(t("{0} is the assistant's, but no step of the user comes directly before it.", name));
    const sign = signOf(turn.content);
    if (sign === undefined) {
      return fail(
        t('{0} is a label of an unknown kind: {1}. Expected "+" or "-".', name, quote(turn.content)),
      );
    }
    pairs[pairs.length - 1]!.label = sign;
    open = false;
  }
  return ok(pairs);
}

function signOf(content: string): Label | undefined {
  const sign = content.trim();
  if (sign === '+') return 'correct';
  return sign === '-' ? 'incorrect' : undefined;
}

function readTurns(value: Json | undefined): Result<readonly Turn[]> {
  if (!Array.isArray(value))
    return fail(t('conversations is {0}, but a list of turns is expected.', kindOf(value)));
  const turns: Turn[] = [];
  for (const [index, entry] of value.entries()) {
    const name = `conversations[${index}]`;
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) {
      return fail(t('{0} is {1}, but an object with role and content is expected.', name, kindOf(entry)));
    }
    const { role, content } = entry;
    if (role === 'system') continue;
    if (role !== 'user' && role !== 'assistant') {
      return fail(t('{0}.role is {1}. Expected "user", "assistant" or "system".', name, quote(role)));
    }
    if (typeof content !== 'string')
      return fail(t('{0}.content is {1}, but a text is expected.', name, kindOf(content)));
    turns.push({ role, content, index });
  }
  return ok(turns);
}

function write({ problem, steps, id }: Trajectory): string {
  const lead = problem === '' ? '' : `${problem} `;
  const texts = markedTexts(steps.map((step) => step.text));
  const conversations = steps.flatMap(({ label }, index) => {
    const content = index === 0 ? lead + texts[index]! : texts[index]!;
    const user = { content, role: 'user' };
    return label === undefined ? [user] : [user, { content: isError(label) ? '-' : '+', role: 'assistant' }];
  });
  return JSON.stringify({ conversations, ...(id === null ? {} : { id }), ...scoresColumn(steps) });
}
