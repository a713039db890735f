import { getNodeValue, type Node, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import { detect } from '../../core/formats/detect';
import type { Format, JsonObject } from '../../core/formats/format';
import { parseRow, readRow } from '../../core/jsonl/readRow';
import { ok, type Result } from '../../core/result';
import type { Trajectory } from '../../core/trajectory';
import { chooseFormat } from '../../io/openSource';
import { rowHash } from '../../io/rowHash';
import type { OpenFiles } from '../files/openFiles';
import type { FileLabels } from '../labels/fileLabels';

/** A row as it stands in a text document. */
export interface RawRow {
  /** 1-based: the line, or the element of a JSON array. */
  readonly row: number;
  /** UTF-16 offset of the row's text in the document. */
  readonly offset: number;
  readonly text: string;
}

const SAMPLE_LINES = 48;
/** Larger JSON arrays are read in the trace view only: the array must be parsed whole to find its rows. */
const MAX_ARRAY_CHARS = 4 * 1024 * 1024;
const encoder = new TextEncoder();

/** A JSONL file, or a JSON array, that is open in a text editor. */
export class RawDocument {
  private format: Format | undefined;
  private labels: FileLabels | undefined;
  private elements: { readonly version: number; readonly rows: readonly RawRow[] } | undefined;

  private constructor(readonly document: vscode.TextDocument) {}

  /** The document, if it holds trajectories of a known format; undefined otherwise. */
  static recognise(document: vscode.TextDocument, files: OpenFiles): RawDocument | undefined {
    if (!isCandidate(document)) return undefined;
    const raw = new RawDocument(document);
    const choice = files.reading.resolve(document.uri);
    const sample = raw
      .rows(0, Math.min(SAMPLE_LINES, document.lineCount) - 1)
      .map(parse)
      .filter((it) => it !== undefined);
    if (!choice.ok || sample.length === 0) return undefined;
    const chosen = chooseFormat(sample, choice.value, document.fileName);
    if (!chosen.ok) return undefined;
    const { format } = chosen.value;
    // A field mapping fits every file as far as detection goes; most JSON files hold something else.
    if (document.languageId === 'json' && !sample.some((row) => format.recognise(row))) return undefined;
    raw.format = format;
    return raw;
  }

  /** The rows that touch the 0-based lines `from` to `to`, both included; blank lines are left out. */
  rows(from: number, to: number): RawRow[] {
    if (this.document.languageId === 'json') {
      const start = this.document.offsetAt(new vscode.Position(from, 0));
      const end = this.document.offsetAt(this.document.lineAt(to).range.end);
      return this.arrayRows().filter((row) => row.offset <= end && row.offset + row.text.length >= start);
    }
    const rows: RawRow[] = [];
    for (let line = from; line <= to; line++) {
      const { text } = this.document.lineAt(line);
      if (text.trim() === '') continue;
      rows.push({ row: line + 1, offset: this.document.offsetAt(new vscode.Position(line, 0)), text });
    }
    return rows;
  }

  /** What a row says. */
  read(row: RawRow): Result<readonly Trajectory[]> {
    const bytes = encoder.encode(row.text);
    const reading = readRow(bytes, 0, bytes.length, row.row, this.format!);
    const overlay = this.labels?.overlay;
    if (!reading.ok || overlay === undefined) return reading;
    return ok(overlay.applyTo(row.row, () => rowHash(bytes), reading.value).trajectories);
  }

  /** Lays the labels that a person gave over the rows from now on. */
  setLabels(labels: FileLabels): void {
    this.labels = labels;
  }

  private arrayRows(): readonly RawRow[] {
    const { document } = this;
    if (this.elements?.version !== document.version) {
      const text = document.getText();
      const root = text.length > MAX_ARRAY_CHARS ? undefined : parseTree(text);
      const rows = rowNodes(root).map((node, i) => ({
        row: i + 1,
        offset: node.offset,
        text: text.slice(node.offset, node.offset + node.length),
      }));
      this.elements = { version: document.version, rows };
    }
    return this.elements.rows;
  }
}

/** The elements of an array, those of the lists in an object, or an object that is a row itself. */
function rowNodes(root: Node | undefined): Node[] {
  if (root?.type === 'array') return root.children ?? [];
  if (root?.type !== 'object') return [];
  const members = (root.children ?? []).map((property) => property.children?.[1]);
  const lists = members.filter((value) => value?.type === 'array' && value.children?.[0]?.type === 'object');
  // As in the file layer: an object that a format reads is a row, whatever lists it holds.
  const value = getNodeValue(root) as JsonObject;
  if (lists.length === 0 || detect([value]).ok) return [root];
  return lists.flatMap((list) => list?.children ?? []);
}

function isCandidate(document: vscode.TextDocument): boolean {
  if (document.uri.scheme !== 'file' && document.uri.scheme !== 'untitled') return false;
  if (document.languageId === 'jsonl') return true;
  return (
    document.languageId === 'json' && /^\s*(?:\[\s*)?\{/.test(document.getText(new vscode.Range(0, 0, 20, 0)))
  );
}

function parse(row: RawRow): JsonObject | undefined {
  const bytes = encoder.encode(row.text);
  const parsed = parseRow(bytes, 0, bytes.length, row.row);
  return parsed.ok ? parsed.value.value : undefined;
}
