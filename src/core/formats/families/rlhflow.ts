import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Label, Note, Step, Trajectory } from '../../trajectory';
import { kindOf, optionalText, quote } from '../fields';
import type { Format, Json, JsonObject } from '../format';
import { splitProblem, trimmedPiece } from '../taggedText';

/** A turn of the conversation that is not the system's. */
interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** 0-based place in `conversations`. */
  readonly index: number;
}

/**
 * RLHFlow's process reward data (RLHFlow/RLHF-Reward-Modeling, math-rm): user turns are steps, the assistant
 * answers "+" or "-", and the problem is glued to the first step.
 *
 * Files for outcome reward models have the same shape with a whole solution as the only user turn. A row with one
 * turn is therefore recognised only if that turn holds "Step 1:" and no "Step 2:".
 */
export const rlhflow: Format = {
  id: 'rlhflow',
  title: 'RLHFlow process reward',
  signature: 'conversations in which the user gives steps and the assistant answers "+" or "-"',
  reads: ['conversations', 'conversations.role', 'conversations.content', 'id'],
  recognise(row) {
    const turns = readTurns(row.conversations);
    if (!turns.ok) return undefined;
    const users = turns.value.filter((turn) => turn.role === 'user');
    const answers = turns.value.filter((turn) => turn.role === 'assistant');
    if (answers.length === 0 || !answers.every((turn) => signOf(turn.content) !== undefined))
      return undefined;
    const only = users.length === 1 ? users[0]!.content : undefined;
    const steps =
      only === undefined ? answers.length >= 2 : only.includes('Step 1:') && !only.includes('Step 2:');
    return steps ? 'conversations of steps with "+" or "-" as the answers' : undefined;
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  const turns = readTurns(row.conversations);
  if (!turns.ok) return turns;
  const notes: Note[] = [];
  const paired = pairTurns(turns.value);
  if (!paired.ok) return paired;
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
    if (!open) return fail(`${name} is the assistant's, but no step of the user comes directly before it.`);
    const sign = signOf(turn.content);
    if (sign === undefined) {
      return fail(`${name} is a label of an unknown kind: ${quote(turn.content)}. Expected "+" or "-".`);
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
    return fail(`conversations is ${kindOf(value)}, but a list of turns is expected.`);
  const turns: Turn[] = [];
  for (const [index, entry] of value.entries()) {
    const name = `conversations[${index}]`;
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) {
      return fail(`${name} is ${kindOf(entry)}, but an object with role and content is expected.`);
    }
    const { role, content } = entry;
    if (role === 'system') continue;
    if (role !== 'user' && role !== 'assistant') {
      return fail(`${name}.role is ${quote(role)}. Expected "user", "assistant" or "system".`);
    }
    if (typeof content !== 'string')
      return fail(`${name}.content is ${kindOf(content)}, but a text is expected.`);
    turns.push({ role, content, index });
  }
  return ok(turns);
}
