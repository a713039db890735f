import { mkdirSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { buildHostSuites } from '../../scripts/build.mjs';
import { benchEditor } from './editor';
import { generateTrl } from './generate';
import { benchMerge, mergeTable } from './merge';
import { benchRead } from './read';

// `npm run bench`: prints tables, judges nothing. Ratios are against yardsticks in the same run, because the
// speed of a machine drifts; generated files stay in the temporary folder for the next run.

const MEGABYTES = 1074; // 1 GiB

function line(what: string, value: number, unit: string, yardstick = ''): void {
  console.log(`| ${what} | ${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit} | ${yardstick} |`);
}

async function main(): Promise<void> {
  const folder = join(tmpdir(), 'cfprm-bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `trl-${MEGABYTES}.jsonl`);
  generateTrl(file, MEGABYTES);
  console.log(
    `${cpus().length} CPUs (${cpus()[0]?.model}), ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}\n`,
  );

  const read = await benchRead(file);
  console.log(`| reading 1 GiB, ${read.rows} rows | figure | yardstick |\n|---|---|---|`);
  line('open to the first page', read.firstPageMs, 'ms');
  line(
    'index every row',
    read.indexMs,
    'ms',
    `${(read.indexMs / read.wcMs).toFixed(1)} × wc -l (${Math.round(read.wcMs)} ms)`,
  );
  line('read and render a page of 200, median', read.pageMs, 'ms');
  line('the same, 95th percentile', read.slowPageMs, 'ms');
  line('extra memory', read.extraMegabytes, 'MB');

  await buildHostSuites();
  const editor = benchEditor(file);
  console.log('\n| the same file in a real VS Code | figure | |\n|---|---|---|');
  line('activate', editor.activateMs, 'ms');
  line('open to the first page shown', editor.openMs, 'ms');
  line('until every row is counted', editor.countedMs, 'ms');
  line('turn a page, median', editor.pageMs, 'ms');
  line('extra memory of the extension host', editor.extraMegabytes, 'MB');
  line('decorate 5,000 ranges', editor.decorateMs, 'ms');
  line('clear them', editor.clearMs, 'ms');

  console.log(`\n${mergeTable(benchMerge({ folder }))}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
