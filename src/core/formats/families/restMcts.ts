import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Label, Note, Step, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { readEstimate } from '../estimate';
import { kindOf, optionalText, requireText } from '../fields';
import type { Format, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { tailSteps } from '../wholeText';

const PROBLEM = /^\s*Problem:[^\S\n]*/u;
const SOLUTION = /(?:^|\n)[^\S\n]*Solution:/u;
/** The keys that a question row may have besides its two. */
const QUESTION_KEYS = new Set(['content', 'answer', 'id', 'scores']);

/**
 * ReST-MCTS* (THUDM/ReST-MCTS). Value rows (PRM/train_VM_*.py) hold one partial solution,
 * "Problem: …\nSolution:\nStep 1: …", and in `label` its value as estimated by the search: a soft label of the last
 * step, which says nothing about the steps before it. Question rows hold a problem (`content`) and its gold
 * answer: a trajectory without steps.
 */
export const restMcts: Format = {
  id: 'rest-mcts',
  title: t('ReST-MCTS*'),
  signature: t('prompt_answer and label (a value), or content and answer alone'),
  reads: ['prompt_answer', 'label', 'content', 'answer', 'id'],
  split: 'step-marker',
  recognise(row) {
    if (typeof row.prompt_answer === 'string') {
      return typeof row.label === 'number' ? t('prompt_answer and label') : undefined;
    }
    if (typeof row.content !== 'string' || optionalText(row.answer) === undefined) return undefined;
    return Object.keys(row).every((key) => QUESTION_KEYS.has(key))
      ? t('content and answer alone')
      : undefined;
  },
  read,
};

function read(row: JsonObject, split?: SplitRule): Result<Trajectory[]> {
  if (row.prompt_answer === undefined && row.content !== undefined) return readQuestion(row);
  const text = requireText(row.prompt_answer, 'prompt_answer');
  if (!text.ok) return text;
  const value = readEstimate(row.label, 'label');
  if (!value.ok) return value;
  const notes: Note[] = [];
  const { problem, from } = splitPrompt(text.value, notes);
  const steps = tailSteps(text.value, from, ['prompt_answer'], split ?? 'step-marker');
  if (row.label === undefined || row.label === null) {
    notes.push({ kind: 'labels-missing', message: t('The row has no label: all its steps are unlabelled.') });
  } else if (steps.length === 0) {
    const message = t(
      'label is {0}, but there is no step that it could be about; it was not read.',
      kindOf(row.label),
    );
    notes.push({ kind: 'label-without-step', message });
  }
  const labelled = labelLast(steps, value.value);
  return ok([
    { id: optionalText(row.id) ?? null, problem, steps: labelled, answer: finalAnswer(labelled), notes },
  ]);
}

function readQuestion(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.content, 'content');
  if (!problem.ok) return problem;
  const id = optionalText(row.id) ?? null;
  return ok([{ id, problem: problem.value, steps: [], gold: goldAnswer(row.answer), notes: [] }]);
}

/** The problem, and the UTF-16 offset where the solution begins. */
function splitPrompt(text: string, notes: Note[]): { problem: string; from: number } {
  const head = PROBLEM.exec(text)?.[0].length ?? 0;
  const rest = text.slice(head);
  const solution = SOLUTION.exec(rest);
  if (solution !== null) {
    const problem = rest.slice(0, solution.index).trim();
    return { problem, from: head + solution.index + solution[0].length };
  }
  const message = t(
    'Problem and solution cannot be told apart: prompt_answer has no "Solution:" at the start of a line. The problem is taken as empty.',
  );
  notes.push({ kind: 'problem-not-separated', message });
  return { problem: '', from: head };
}

function labelLast(steps: readonly Step[], label: Label | undefined): Step[] {
  return steps.map((step, index) => (index === steps.length - 1 ? { ...step, label } : step));
}
