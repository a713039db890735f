import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../src/core/formats/format';
import { compress, type FormatFile, generateFormat } from './generateFormats';
import { benchRead, type ReadFigures } from './read';

/** How a file of one format opens; without figures if it could not be made here, and why. */
export interface FormatBenchRow {
  readonly name: string;
  readonly figures: ReadFigures | string;
}

/** How the benchmark runs. */
export interface FormatBenchOptions {
  /** Where the files go: about 3 times `megabytes`, removed afterwards. */
  readonly folder: string;
  /** Size of every file, unpacked, in 10^6 bytes. */
  readonly megabytes: number;
  onRow?(row: FormatBenchRow): void;
}

const CANDIDATES = 64;

const FILES: readonly FormatFile[] = [
  { name: 'trl', fixture: 'test/fixtures/trl.jsonl', layout: 'lines' },
  { name: 'prm800k', fixture: 'test/fixtures/prm800k--phase2.jsonl', layout: 'lines' },
  { name: 'math-shepherd', fixture: 'test/fixtures/math-shepherd.jsonl', layout: 'lines' },
  {
    name: 'processbench, JSON array on one line',
    fixture: 'test/fixtures/processbench.jsonl',
    layout: 'array',
  },
  {
    name: `rlhflow-bon, ${CANDIDATES} candidates per row`,
    fixture: 'test/fixtures/rlhflow-bon.jsonl',
    layout: 'lines',
    change: withCandidates,
  },
  { name: 'math-aps, trees', fixture: 'test/fixtures/math-aps--tree.jsonl', layout: 'lines' },
  { name: 'trl, laid-out JSON array', fixture: 'test/fixtures/trl.jsonl', layout: 'pretty array' },
];

/** The row with as many candidates: its lists (answers, verdicts, scores) hold one entry each. */
function withCandidates(row: JsonObject): JsonObject {
  const fields = Object.entries(row).map(([key, value]) => [
    key,
    Array.isArray(value) ? repeated(value) : value,
  ]);
  return Object.fromEntries(fields) as JsonObject;
}

function repeated(list: readonly Json[]): Json[] {
  return Array.from({ length: CANDIDATES }, (_, k) => list[k % list.length]!);
}

/** Opens a large file of every format, one after the other, each in a process of its own. */
export async function benchFormats({
  folder,
  megabytes,
  onRow,
}: FormatBenchOptions): Promise<FormatBenchRow[]> {
  const work = mkdtempSync(join(folder, 'formats-'));
  const rows: FormatBenchRow[] = [];
  const add = (name: string, figures: ReadFigures | string): void => {
    rows.push({ name, figures });
    onRow?.({ name, figures });
  };
  try {
    for (const file of FILES) {
      const path = join(work, file.layout === 'lines' ? 'data.jsonl' : 'data.json');
      generateFormat(file, path, megabytes);
      add(file.name, await benchRead(path, 1));
      rmSync(path);
    }
    const plain = join(work, 'data.jsonl');
    generateFormat(FILES[0]!, plain, megabytes);
    for (const [program, end] of [
      ['gzip', 'gz'],
      ['zstd', 'zst'],
    ] as const) {
      const path = `${plain}.${end}`;
      const made = compress(program, plain, path);
      add(`trl, .jsonl.${end}`, made ? await benchRead(path, 1) : `skipped: there is no ${program} here`);
      rmSync(path);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return rows;
}
