import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import { rawOffset } from '../../jsonl/locate';

type Path = readonly (string | number)[];

interface Patch {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * A row's JSON text in which values are replaced, added and taken out; everything else stays as it is spelled. The
 * paths are those of the text as it was. What is done in it must not overlap.
 */
export class RowText {
  private readonly root: Node;
  private readonly patches: Patch[] = [];

  /** @param text a valid JSON object in which no key on the way to a path occurs twice */
  constructor(readonly text: string) {
    this.root = parseTree(text)!;
  }

  /** The spelling of the value at a path; undefined if there is none. */
  spelling(path: Path): string | undefined {
    const node = this.find(path);
    return node && this.text.slice(node.offset, node.offset + node.length);
  }

  /** The spelling of the UTF-16 units [from, to) of the string at a path. */
  slice(path: Path, from: number, to: number): string {
    const [start, end] = this.sliceSpan(path, from, to);
    return this.text.slice(start, end);
  }

  /** Replaces the value at a path by JSON text. */
  replace(path: Path, json: string): void {
    const { offset, length } = this.find(path)!;
    this.patches.push({ from: offset, to: offset + length, text: json });
  }

  /** Replaces the UTF-16 units [from, to) of the string at a path by text that is spelled for JSON. */
  replaceSlice(path: Path, from: number, to: number, spelled: string): void {
    const [start, end] = this.sliceSpan(path, from, to);
    this.patches.push({ from: start, to: end, text: spelled });
  }

  /** Sets the key of an object to JSON text: where it is, or else as a new member behind the member `behind`. */
  setMember(object: Path, key: string, json: string, behind: string): void {
    if (this.find([...object, key]) !== undefined) {
      this.replace([...object, key], json);
      return;
    }
    const end = this.endOf([...object, behind]);
    const text = `${this.comma(object)}${JSON.stringify(key)}${this.colon(object)}${json}`;
    this.patches.push({ from: end, to: end, text });
  }

  /** Adds JSON text to a list, behind its element `index`. */
  insertBehind(list: Path, index: number, json: string): void {
    const end = this.endOf([...list, index]);
    this.patches.push({ from: end, to: end, text: this.comma(list) + json });
  }

  /** Takes an element out of a list; not the first one. */
  removeElement(list: Path, index: number): void {
    const from = this.endOf([...list, index - 1]);
    this.patches.push({ from, to: this.endOf([...list, index]), text: '' });
  }

  /** How members or elements of a container are separated in this row: ', ' if it has only one. */
  comma(container: Path): string {
    const [first, second] = this.find(container)?.children ?? [];
    if (first === undefined || second === undefined) return ', ';
    return this.text.slice(first.offset + first.length, second.offset);
  }

  /** How keys and values of an object are separated in this row. */
  colon(object: Path): string {
    const [key, value] = this.find(object)?.children?.[0]?.children ?? [];
    if (key === undefined || value === undefined) return ': ';
    return this.text.slice(key.offset + key.length, value.offset);
  }

  /** The text with all that was done in it. */
  patched(): string {
    let result = '';
    let at = 0;
    for (const { from, to, text } of [...this.patches].sort((a, b) => a.from - b.from || a.to - b.to)) {
      result += this.text.slice(at, from) + text;
      at = to;
    }
    return result + this.text.slice(at);
  }

  private find(path: Path): Node | undefined {
    return findNodeAtLocation(this.root, [...path]);
  }

  private endOf(path: Path): number {
    const node = this.find(path)!;
    return node.offset + node.length;
  }

  private sliceSpan(path: Path, from: number, to: number): [number, number] {
    const first = this.find(path)!.offset + 1;
    return [rawOffset(this.text, first, from), rawOffset(this.text, first, to)];
  }
}
