import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RowReading } from '../../src/core/trace/rowReading';
import { TraceFile } from '../../src/io/traceFile';

/** A folder for the files of one test, and the files that it opened. Call `use` in a suite. */
export class TraceFolder {
  path = '';
  private readonly opened: TraceFile[] = [];

  /** Makes the folder before each test of the suite; closes the files and removes it after each. */
  static use(): TraceFolder {
    const folder = new TraceFolder();
    beforeEach(() => {
      folder.path = mkdtempSync(path.join(tmpdir(), 'cfprm-compressed-'));
    });
    afterEach(async () => {
      for (const file of folder.opened.splice(0)) await file.close();
      rmSync(folder.path, { recursive: true });
    });
    return folder;
  }

  /** Writes a file and returns its path. */
  write(name: string, content: Uint8Array | string): string {
    const file = path.join(this.path, name);
    writeFileSync(file, content);
    return file;
  }

  /** Opens a file; it must be one that can be opened. */
  async open(file: string): Promise<TraceFile> {
    const trace = await TraceFile.open(file);
    assert.ok(trace.ok, trace.ok ? '' : trace.fault.message);
    this.opened.push(trace.value);
    return trace.value;
  }

  /** A gzip file of some 200 MB of rows, made of members of 10 MB each. */
  writeLarge(name: string): { file: string; rows: number; bytes: number } {
    const text = Buffer.from(Array.from({ length: 10_000 }, (_, i) => `${rowText(i, noise(90))}\n`).join(''));
    const member = gzipSync(text, { level: 1 });
    const file = this.write(name, Buffer.concat(Array<Buffer>(20).fill(member)));
    return { file, rows: 200_000, bytes: 20 * text.length };
  }
}

/** All readings of a file once it is indexed. */
export async function readAll(trace: TraceFile): Promise<RowReading[]> {
  await trace.whenIndexed();
  const readings = await trace.read(Array.from({ length: trace.rowCount }, (_, i) => i));
  assert.ok(readings.ok);
  return readings.value;
}

/** The TRL row with the id `row<i>`. */
export function rowText(i: number, text = ''): string {
  return JSON.stringify({
    id: `row${i}`,
    prompt: `p${text}`,
    completions: ['a', 'b'],
    labels: [true, false],
  });
}

/** So many rows as JSONL. */
export function rowLines(count: number, text = ''): string {
  return Array.from({ length: count }, (_, i) => `${rowText(i, text)}\n`).join('');
}

let seed = 1;

/** Numbers that do not compress well. */
export function noise(count: number): string {
  const next = (): number => {
    seed = (seed * 48271) % 2147483647;
    return seed;
  };
  return Array.from({ length: count }, next).join(' ');
}
