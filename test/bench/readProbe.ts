import { DEFAULT_RENDER, renderPage } from '../../src/core/trace/render';
import { TraceFile } from '../../src/io/traceFile';

// A process of its own, so that its memory is that of reading alone: `readProbe FILE` prints its figures as JSON.

/** Trajectories on a page. */
const PAGE = 200;

function rowsPerPage({ source }: TraceFile): number {
  return Math.max(1, Math.round(PAGE / source.perRow));
}

async function page(file: TraceFile, number: number): Promise<number> {
  const start = performance.now();
  const count = rowsPerPage(file);
  const rows = await file.read(Array.from({ length: count }, (_, i) => number * count + i));
  if (!rows.ok) throw new Error(rows.fault.message);
  renderPage('bench', rows.value, DEFAULT_RENDER);
  return performance.now() - start;
}

async function main(path: string): Promise<void> {
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const opened = await TraceFile.open(path);
  if (!opened.ok) throw new Error(opened.fault.message);
  await page(opened.value, 0);
  const firstPageMs = performance.now() - start;
  await opened.value.whenIndexed();
  const indexMs = performance.now() - start;
  const pages = Math.floor(opened.value.rowCount / rowsPerPage(opened.value));
  const times: number[] = [];
  for (let i = 0; i < 50; i++) times.push(await page(opened.value, (i * 7919) % pages));
  times.sort((a, b) => a - b);
  const extraMegabytes = (process.memoryUsage().rss - before) / 1e6;
  const figures = { firstPageMs, indexMs, pageMs: times[25], slowPageMs: times[47], extraMegabytes };
  const { rowCount, source } = opened.value;
  process.stdout.write(JSON.stringify({ ...figures, rows: rowCount, format: source.format.id }));
  await opened.value.close();
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
