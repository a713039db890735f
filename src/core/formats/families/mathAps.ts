import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Note, Step, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { readEstimate } from '../estimate';
import { isObject, kindOf, optionalText, requireText, withPrefixes } from '../fields';
import type { Format, Json, JsonObject } from '../format';
import { groupByText, prefixTree } from '../prefixTree';
import { type RolloutNode, RolloutTree } from '../rolloutTree';

/** Levels of a tree on which a key that occurs twice is found; `reads` must name them one by one. */
const NAMED_LEVELS = 16;

interface JsonNode extends RolloutNode {
  readonly children: Json | undefined;
}

/**
 * MATH-APS as OpenR writes it (openreasoner/openr, preprocess/tests): Monte-Carlo trees of rollouts, where
 * `mc_value` is the share of completions from that point that reach the right answer (a soft label).
 *
 * Tree rows nest {text, mc_value, children}; the root's text is the question. OpenR's own rows give each node only
 * its own step; rows whose texts repeat everything before them are read too, told by whether most nodes begin with
 * their parent's text.
 *
 * In flat rows every text is the question and all steps up to that point. OpenR's rows show that the list is not
 * one trajectory's growing prefix but a whole tree, flattened: of 90 entries of one row 13 go on from the question
 * and 32 from one and the same step; children come before their parents too, and texts occur twice when a point
 * was searched twice. The tree is therefore rebuilt: an entry belongs below the longest other entry that it
 * begins with.
 */
export const mathAps: Format = {
  id: 'math-aps',
  title: t('MATH-APS (OmegaPRM trees)'),
  signature: t(
    'question and reasoning_steps (a list with solution_prefix and mc_value, or a tree with children)',
  ),
  reads: [
    'question',
    'final_answer',
    'question_id',
    ...withPrefixes(['reasoning_steps.solution_prefix', ...treeKeys()]),
  ],
  recognise(row) {
    const { question, reasoning_steps: steps } = row;
    if (typeof question !== 'string') return undefined;
    if (isObject(steps)) {
      const known = typeof steps.text === 'string' && 'mc_value' in steps;
      return known ? t('question and reasoning_steps (a tree)') : undefined;
    }
    const first = Array.isArray(steps) ? steps[0] : undefined;
    const known = isObject(first) && typeof first.solution_prefix === 'string';
    return known ? t('question and reasoning_steps with solution_prefix') : undefined;
  },
  read,
};

function treeKeys(): string[] {
  return Array.from({ length: NAMED_LEVELS }, (_, level) => {
    const node = `reasoning_steps${'.children'.repeat(level)}`;
    return [`${node}.text`, `${node}.mc_value`];
  }).flat();
}

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.question, 'question');
  if (!problem.ok) return problem;
  const { reasoning_steps: steps } = row;
  const remarks = new Map<number, string>();
  const paths = Array.isArray(steps) ? flatPaths(problem.value, steps, remarks) : treePaths(steps);
  if (!paths.ok) return paths;
  return ok(paths.value.map((path) => trajectoryOf(row, problem.value, path, notesOf(path, remarks))));
}

/** What was remarkable about the entries of a flat list that a path goes through. */
function notesOf(path: readonly Step[], remarks: ReadonlyMap<number, string>): Note[] {
  if (remarks.size === 0) return [];
  return path.flatMap((step, index) => {
    const message = remarks.get(step.place.path[1] as number);
    return message === undefined ? [] : [{ step: index + 1, kind: 'estimates-differ', message }];
  });
}

function trajectoryOf(
  row: JsonObject,
  problem: string,
  steps: readonly Step[],
  notes: readonly Note[],
): Trajectory {
  return {
    id: optionalText(row.question_id) ?? null,
    problem,
    steps,
    gold: goldAnswer(row.final_answer),
    answer: finalAnswer(steps),
    finalCorrect: undefined,
    generator: undefined,
    notes,
  };
}

function treePaths(value: Json | undefined): Result<readonly (readonly Step[])[]> {
  const root = jsonNode(value, ['reasoning_steps']);
  if (!root.ok) return root;
  const tree = RolloutTree.walk(root.value, jsonChildren);
  return tree.ok ? tree.value.paths(tree.value.cumulative) : tree;
}

function jsonNode(value: Json | undefined, path: readonly (string | number)[]): Result<JsonNode> {
  const name = nameOf(path);
  if (!isObject(value)) {
    return fail(
      t('{0} is {1}, but an object with text, mc_value and children is expected.', name, kindOf(value)),
    );
  }
  const text = requireText(value.text, `${name}.text`);
  if (!text.ok) return text;
  const label = readEstimate(value.mc_value, `${name}.mc_value`);
  if (!label.ok) return label;
  const { children } = value;
  return ok({ text: text.value, label: label.value, path: [...path, 'text'], name, children });
}

function jsonChildren(node: JsonNode): Result<readonly JsonNode[]> {
  const { children, name } = node;
  if (children === undefined || children === null) return ok([]);
  if (!Array.isArray(children)) {
    return fail(t('{0}.children is {1}, but a list of nodes is expected.', name, kindOf(children)));
  }
  const nodes: JsonNode[] = [];
  const base = node.path.slice(0, -1);
  for (const [index, child] of children.entries()) {
    const made = jsonNode(child, [...base, 'children', index]);
    if (!made.ok) return made;
    nodes.push(made.value);
  }
  return ok(nodes);
}

/** 'reasoning_steps.children[0].children[3]', shortened in the middle if the way is long. */
function nameOf(path: readonly (string | number)[]): string {
  const parts = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  const shown = parts.length > 24 ? [...parts.slice(0, 9), '.…', ...parts.slice(-8)] : parts;
  return shown.join('').slice(1);
}

/** `remarks` gets, by index in the list, what is remarkable about an entry. */
function flatPaths(
  question: string,
  list: readonly Json[],
  remarks: Map<number, string>,
): Result<readonly (readonly Step[])[]> {
  const entries: RolloutNode[] = [];
  for (const [index, entry] of list.entries()) {
    const name = `reasoning_steps[${index}]`;
    if (!isObject(entry)) {
      return fail(
        t('{0} is {1}, but an object with solution_prefix and mc_value is expected.', name, kindOf(entry)),
      );
    }
    const text = requireText(entry.solution_prefix, `${name}.solution_prefix`);
    if (!text.ok) return text;
    const label = readEstimate(entry.mc_value, `${name}.mc_value`);
    if (!label.ok) return label;
    const path = ['reasoning_steps', index, 'solution_prefix'];
    entries.push({ text: text.value, label: label.value, path, name });
  }
  const points = groupByText(entries);
  for (const same of points.values()) {
    const last = same.at(-1)!;
    if (same.some((entry) => entry.label !== last.label)) {
      remarks.set(last.path[1] as number, estimatesDiffer(same));
    }
  }
  const tree = prefixTree(question, points);
  return tree.ok ? tree.value.paths(true) : tree;
}

function estimatesDiffer(same: readonly RolloutNode[]): string {
  const all = same.map((entry) => `${entry.name}: ${entry.label ?? 'none'}`).join(', ');
  return t(
    'This point was searched more than once, with other estimates ({0}). The last one is the label.',
    all,
  );
}
