import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import type { Label, Step } from '../trajectory';
import { trimmedPiece } from './taggedText';

/** Steps that the trajectories of one row may have in all. */
const MAX_STEPS = 200_000;
/** Levels of all nodes together: each node's place is as long as its level is deep. */
const MAX_LEVELS = 2_000_000;
/** Beyond this length, a node is named by its number in the walk instead of its way from the root. */
const MAX_NAME = 200;

/** A node of a tree of rollouts. The root is the problem, every other node ends with one more step. */
export interface RolloutNode {
  /** The text as the row spells it. */
  readonly text: string;
  readonly label: Label | undefined;
  /** From the row's root to the text. */
  readonly path: readonly (string | number)[];
  /** What messages call the node. */
  readonly name: string;
}

/** A node that the walk met: its place in the tree and its children, in their order. */
interface Met<N extends RolloutNode> {
  readonly node: N;
  /** Index of the parent in the walk; -1 for the root. */
  readonly parent: number;
  readonly level: number;
  readonly id: string;
  leaf: boolean;
}

/**
 * All nodes of a tree, depth-first in the order of children, without recursion. `childrenOf` makes a node's
 * children or says what is wrong with them. Faults: those, and a tree so large or deep that its paths would not
 * fit into memory.
 */
export class RolloutTree<N extends RolloutNode> {
  private constructor(private readonly nodes: readonly Met<N>[]) {}

  static walk<N extends RolloutNode>(
    root: N,
    childrenOf: (node: N) => Result<readonly N[]>,
  ): Result<RolloutTree<N>> {
    const nodes: Met<N>[] = [];
    const open: { node: N; parent: number; child: number }[] = [{ node: root, parent: -1, child: 0 }];
    let steps = 0;
    let levels = 0;
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { node, parent, child } = next;
      const above = nodes[parent];
      const level = above === undefined ? 0 : above.level + 1;
      const children = childrenOf(node);
      if (!children.ok) return children;
      const leaf = children.value.length === 0;
      nodes.push({ node, parent, level, id: idOf(above?.id, child, nodes.length), leaf });
      levels += level;
      if (leaf) steps += level;
      if (steps > MAX_STEPS || levels > MAX_LEVELS) return fail(tooLarge(steps > MAX_STEPS));
      for (let index = children.value.length - 1; index >= 0; index--)
        open.push({ node: children.value[index]!, parent: nodes.length - 1, child: index });
    }
    return ok(new RolloutTree(nodes));
  }

  /** True if at least half of the nodes repeat their parent's text and go on. */
  get cumulative(): boolean {
    let repeated = 0;
    let pairs = 0;
    for (const { node, parent } of this.nodes) {
      const above = this.nodes[parent]?.node.text;
      if (above === undefined || above === '') continue;
      pairs++;
      if (node.text.length > above.length && node.text.startsWith(above)) repeated++;
    }
    return pairs > 0 && repeated * 2 >= pairs;
  }

  /**
   * The steps of every path from the root to a leaf; `repeats` says that a node's text begins with its parent's.
   * The root is no step. A node on several paths is the same `Step` in each. Faults: a node that does not begin
   * with its parent's text.
   */
  paths(repeats: boolean): Result<readonly (readonly Step[])[]> {
    const steps: Step[] = [];
    const paths: Step[][] = [];
    for (const [index, met] of this.nodes.entries()) {
      const step = this.stepOf(met, repeats);
      if (!step.ok) return step;
      steps.push(step.value);
      if (met.leaf) paths.push(this.pathTo(index, steps));
    }
    return ok(paths);
  }

  private stepOf(met: Met<N>, repeats: boolean): Result<Step> {
    const { text, label, path, name } = met.node;
    const above = this.nodes[met.parent]?.node;
    let from = 0;
    if (repeats && above !== undefined) {
      if (!text.startsWith(above.text)) {
        return fail(
          t(
            '{0} (node {1}) does not begin with the text of {2}, so its own step cannot be told from what comes before. In this row, texts repeat everything before them.',
            name,
            met.id,
            above.name,
          ),
        );
      }
      from = above.text.length;
    }
    const piece = trimmedPiece(text, from, text.length);
    return ok({
      text: piece.text,
      label,
      score: undefined,
      place: { path, end: piece.end },
      node: met.id,
    });
  }

  private pathTo(index: number, steps: readonly Step[]): Step[] {
    const path: Step[] = [];
    for (let at = index; this.nodes[at]!.parent >= 0; at = this.nodes[at]!.parent) path.push(steps[at]!);
    return path.reverse();
  }
}

function idOf(above: string | undefined, child: number, order: number): string {
  if (above === undefined) return '0';
  return above.length < MAX_NAME ? `${above}.${child}` : `#${order}`;
}

function tooLarge(byPaths: boolean): string {
  const limit = MAX_STEPS.toLocaleString('en-US');
  return byPaths
    ? t(
        "The row's tree has paths of more than {0} steps in all, which is too many to read. Split the row.",
        limit,
      )
    : t(
        "The row's tree is too deep to read: the levels of its nodes add up to more than {0}. Split the row.",
        MAX_LEVELS.toLocaleString('en-US'),
      );
}
