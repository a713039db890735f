import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import { type RolloutNode, RolloutTree } from './rolloutTree';

/** Entries by their text, in the order in which the texts first occur. */
export function groupByText(entries: readonly RolloutNode[]): ReadonlyMap<string, readonly RolloutNode[]> {
  const groups = new Map<string, RolloutNode[]>();
  for (const entry of entries) {
    const group = groups.get(entry.text);
    if (group === undefined) groups.set(entry.text, [entry]);
    else group.push(entry);
  }
  return groups;
}

/**
 * Rebuilds a tree from the texts of its nodes, each the question and all steps up to that point, in any order: a
 * text belongs below the longest other text that it begins with, if white space follows there (else "x = 20" would
 * be a step after "x = 2"). Children keep the order of the texts. Entries with the same text are one node, the last
 * of them; those that are only the question are the root. Texts that all lack the question are read too.
 *
 * Faults: a text that does not begin with the question while others do; a tree that is too large.
 */
export function prefixTree(
  question: string,
  points: ReadonlyMap<string, readonly RolloutNode[]>,
): Result<RolloutTree<RolloutNode>> {
  const asked = question.trimEnd();
  const texts = [...points.keys()];
  const strange = texts.find((text) => !text.startsWith(asked));
  const start = strange === undefined || texts.some((text) => text.startsWith(asked)) ? asked : '';
  if (strange !== undefined && start !== '') {
    return fail(
      t(
        '{0} does not begin with the question, but others of the row do. Each text must be the question and all steps up to that point.',
        points.get(strange)![0]!.name,
      ),
    );
  }
  const children = childrenByText(
    start,
    texts.filter((text) => text.trimEnd() !== start),
  );
  const root: RolloutNode = { text: start, label: undefined, path: ['question'], name: t('the question') };
  return RolloutTree.walk(root, ({ text }) =>
    ok((children.get(text) ?? []).map((child) => points.get(child)!.at(-1)!)),
  );
}

function childrenByText(start: string, texts: readonly string[]): Map<string, string[]> {
  const parents = new Map<string, string>();
  // Sorted by UTF-16 units, the texts that a text begins with are the open ones before it.
  const open: string[] = [];
  for (const text of [...texts].sort()) {
    while (open.length > 0 && !text.startsWith(open.at(-1)!)) open.pop();
    parents.set(text, open.findLast((above) => goesOn(above, text)) ?? start);
    open.push(text);
  }
  const children = new Map<string, string[]>();
  for (const text of texts) {
    const parent = parents.get(text)!;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [text]);
    else siblings.push(text);
  }
  return children;
}

function goesOn(above: string, text: string): boolean {
  return text.slice(above.length - 1, above.length + 1).trim().length < 2;
}
