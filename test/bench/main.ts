import { mkdirSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { buildHostSuites } from '../../scripts/build.mjs';
import { modelFolder } from '../support/models';
import { benchBon, benchGrade, bonTable } from './bon';
import { benchPanel } from './candidates';
import { benchCheck, checkTable } from './check';
import { benchConvert } from './convert';
import { benchEditor, benchEditorScores } from './editor';
import { benchFormats } from './formats';
import { generateTrl } from './generate';
import { benchLabels } from './labels';
import { benchMerge, mergeTable } from './merge';
import { benchRead } from './read';
import { benchScore, scoreTable } from './score';

// `npm run bench [-- TABLE…]`: prints tables (all, or those that are named), judges nothing. Ratios are against
// yardsticks in the same run, because the speed of a machine drifts; the TRL files stay in the temporary folder for
// the next run. `-- check FILE…` measures the arithmetic check on labelled files instead.

const MEGABYTES = 1074; // 1 GiB

const folder = join(tmpdir(), 'cfprm-bench');
const file = join(folder, `trl-${MEGABYTES}.jsonl`);

const TABLES: { readonly [name: string]: () => Promise<void> | void } = {
  read,
  formats,
  editor,
  labels,
  convert,
  merge: () => console.log(`\n${mergeTable(benchMerge({ folder }))}`),
  bon: () => console.log(`\n${bonTable(benchBon({ folder }), benchGrade())}`),
  candidates,
  score,
};

function line(what: string, value: number, unit: string, yardstick = ''): void {
  console.log(`| ${what} | ${short(value)} ${unit} | ${yardstick} |`);
}

function short(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

async function read(): Promise<void> {
  generateTrl(file, MEGABYTES);
  const figures = await benchRead(file);
  console.log(`\n| reading 1 GiB, ${figures.rows} rows | figure | yardstick |\n|---|---|---|`);
  line('open to the first page', figures.firstPageMs, 'ms');
  line(
    'index every row',
    figures.indexMs,
    'ms',
    `${(figures.indexMs / figures.wcMs).toFixed(1)} × wc -l (${Math.round(figures.wcMs)} ms)`,
  );
  line('read and render a page of 200, median', figures.pageMs, 'ms');
  line('the same, 95th percentile', figures.slowPageMs, 'ms');
  line('extra memory', figures.extraMegabytes, 'MB');
}

async function formats(): Promise<void> {
  console.log(
    '\n| opening 1 GiB in other formats | first page (1,000 ms) | every row | extra memory (150 MB) |',
  );
  console.log('|---|---|---|---|');
  await benchFormats({
    folder,
    megabytes: MEGABYTES,
    onRow({ name, figures }) {
      if (typeof figures === 'string') return console.log(`| ${name} | ${figures} | | |`);
      const { rows, format, firstPageMs, indexMs, extraMegabytes } = figures;
      const what = `${name} (read as ${format}, ${rows.toLocaleString('en-US')} rows)`;
      console.log(
        `| ${what} | ${short(firstPageMs)} ms | ${short(indexMs)} ms | ${short(extraMegabytes)} MB |`,
      );
    },
  });
}

async function editor(): Promise<void> {
  generateTrl(file, MEGABYTES);
  await buildHostSuites();
  const figures = benchEditor(file);
  console.log('\n| the same file in a real VS Code | figure | |\n|---|---|---|');
  line('activate', figures.activateMs, 'ms');
  line('open to the first page shown', figures.openMs, 'ms');
  line('until every row is counted', figures.countedMs, 'ms');
  line('turn a page, median', figures.pageMs, 'ms');
  line('extra memory of the extension host', figures.extraMegabytes, 'MB');
  line('decorate 5,000 ranges', figures.decorateMs, 'ms');
  line('clear them', figures.clearMs, 'ms');
}

async function labels(): Promise<void> {
  const figures = await benchLabels({ folder });
  const edits = figures.edits.toLocaleString('en-US');
  console.log(`\n| a journal of ${edits} edited labels | figure | budget |\n|---|---|---|`);
  line('replay it', figures.replayMs, 'ms', '1,000 ms');
  line('size', figures.journalBytes / 1e6, 'MB');
  line('ask whether a row has edits', figures.askNs, 'ns');
  line('the same of an empty journal', figures.askEmptyNs, 'ns');
  line('one more edit, synced to the disk', figures.editMs, 'ms');
}

function convert(): void {
  console.log('\n| 200 MB of TRL rows | speed | × naive conversion | peak memory |\n|---|---|---|---|');
  for (const { name, megabytesPerSecond, ratio, peakMegabytes } of benchConvert({ folder })) {
    const cells = [name, `${short(megabytesPerSecond)} MB/s`, ratio.toFixed(2), `${short(peakMegabytes)} MB`];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

async function candidates(): Promise<void> {
  console.log(
    '\n| the candidates panel in Chromium | first paint | slider to repaint | elements |\n|---|---|---|---|',
  );
  for (const [many, steps] of [
    [64, 30],
    [512, 200],
  ] as const) {
    const { firstPaintMs, sliderMs, elements } = await benchPanel(many, steps);
    const cells = [
      `${many} candidates × ${steps} steps`,
      `${short(firstPaintMs)} ms`,
      `${short(sliderMs)} ms`,
    ];
    console.log(`| ${cells.join(' | ')} | ${elements} |`);
  }
}

/** With the model that `CFPRM_MODEL` names; a tiny one shows only what is spent beside the model. */
async function score(): Promise<void> {
  const model = process.env.CFPRM_MODEL ?? modelFolder('cfprm');
  console.log(`\n${scoreTable(await benchScore({ folder: model, python: process.env.CFPRM_PYTHON }))}`);
  await buildHostSuites();
  const figures = benchEditorScores(model);
  console.log('\n| scoring in a real VS Code | figure | budget |\n|---|---|---|');
  line(
    'from opening a trace to its first score, the start of the model included',
    figures.firstScoreMs,
    'ms',
  );
  line(`score ${figures.rows} trajectories, one page of them open`, figures.scoreMs, 'ms');
  line('longest time for which the extension host stood still', figures.longestGapMs, 'ms', '50 ms');
  line(
    `${figures.candidates} candidates compared in the panel, until the last one has its scores`,
    figures.candidatesMs,
    'ms',
  );
  line('longest gap of the extension host meanwhile', figures.candidatesGapMs, 'ms', '50 ms');
}

async function main(named: readonly string[]): Promise<void> {
  if (named[0] === 'check') return console.log(checkTable(await benchCheck(named.slice(1))));
  const unknown = named.find((name) => TABLES[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`There is no table "${unknown}". Tables are ${Object.keys(TABLES).join(', ')}.`);
  }
  mkdirSync(folder, { recursive: true });
  console.log(
    `${cpus().length} CPUs (${cpus()[0]?.model}), ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}`,
  );
  for (const name of named.length > 0 ? named : Object.keys(TABLES)) await TABLES[name]!();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
