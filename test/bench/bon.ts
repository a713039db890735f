import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { Grader } from '../../src/core/grade/grader';
import { Random } from '../../src/core/merge/random';
import { best, type Measurement, measure } from './measure';

/** What a Best-of-N bench took. */
export interface BonFigures {
  readonly problems: number;
  readonly candidates: number;
  readonly megabytes: number;
  /** `cfprm bon` on the file, and the yardstick: `cfprm inspect`, which reads the same rows and adds nothing up. */
  readonly bon: Measurement;
  readonly inspect: Measurement;
}

/** Pairs graded per second, all of them different. */
export interface GradeFigures {
  readonly pairs: number;
  readonly ours: number;
  /** Math-Verify on the same pairs in the same run; undefined where Python cannot import it. */
  readonly mathVerify: number | undefined;
}

/** Where the file is generated, and how much of it. */
export interface BonBench {
  readonly folder: string;
  readonly problems?: number;
  readonly candidates?: number;
  readonly runs?: number;
}

const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
};

/** Measures `cfprm bon` on 5,000 problems of 64 candidates, or fewer; the best of `runs`. */
export function benchBon({ folder, problems = 5000, candidates = 64, runs = 2 }: BonBench): BonFigures {
  const file = join(folder, `bon-${problems}-${candidates}.jsonl`);
  if (!existsSync(file)) generate(file, problems, candidates);
  const program = 'out/bench/cli.cjs';
  buildSync({ ...COMMON, entryPoints: ['src/cli/main.ts'], outfile: program });
  const bons: Measurement[] = [];
  const inspects: Measurement[] = [];
  for (let run = 0; run < runs; run++) {
    inspects.push(measure(process.execPath, [program, 'inspect', file, '--json']));
    bons.push(measure(process.execPath, [program, 'bon', file, '--json']));
  }
  const megabytes = statSync(file).size / 1e6;
  return { problems, candidates, megabytes, bon: best(bons), inspect: best(inspects) };
}

/** Rows as search-and-learn writes them: six steps a candidate, a dozen answers a problem in several spellings. */
function generate(file: string, problems: number, candidates: number): void {
  const random = new Random(5);
  const out = openSync(file, 'w');
  for (let problem = 0; problem < problems; problem++) {
    const gold = random.below(1000);
    const rows = Array.from({ length: candidates }, () => candidate(gold, random));
    const row = {
      problem: `Problem ${problem}: how many tiles of ${gold} kinds are there in a hall of ${random.below(99)} rows?`,
      answer: `${gold}`,
      completions: rows.map(({ text }) => text),
      scores: rows.map(({ scores }) => scores),
    };
    writeSync(out, `${JSON.stringify(row)}\n`);
  }
  closeSync(out);
}

function candidate(gold: number, random: Random): { text: string; scores: number[] } {
  const isRight = random.below(10) < 4;
  const value = isRight ? gold : gold + 1 + random.below(12);
  const spelled = [`${value}`, `\\frac{${2 * value}}{2}`, `${value}.0`, `${value}\\text{ tiles}`][
    random.below(4)
  ]!;
  const steps = Array.from({ length: 5 }, (_, step) => {
    const a = random.below(500);
    return `Step ${step + 1}: each of the ${a} rows holds ${value} tiles, so that ${a} * ${value} = ${a * value} of them are needed for this part of the hall.`;
  });
  const scores = Array.from({ length: 6 }, () => (random.below(900) + (isRight ? 100 : 0)) / 1000);
  return { text: [...steps, `The answer is \\boxed{${spelled}}.`].join('\n\n'), scores };
}

const MATH_VERIFY = `
import json, sys, time
from math_verify import parse, verify
pairs = json.load(sys.stdin)
start = time.monotonic()
for gold, pred in pairs:
    verify(parse("$" + gold + "$"), parse("$" + pred + "$"))
print(time.monotonic() - start)
`;

/** Measures grading on the pairs of the tests. @param python a Python with Math-Verify, else it is left out */
export function benchGrade(python = process.env.CFPRM_PYTHON ?? 'python3'): GradeFigures {
  const pairs = readFileSync('test/grading/pairs.jsonl', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { gold: string; pred: string });
  // The first run compiles; what a grader remembers of it is not the next one's.
  let seconds = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const grader = new Grader();
    const start = performance.now();
    for (const { gold, pred } of pairs) grader.equal(gold, pred);
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  const hasMathVerify = spawnSync(python, ['-c', 'import math_verify']).status === 0;
  const input = JSON.stringify(pairs.map(({ gold, pred }) => [gold, pred]));
  const theirs = hasMathVerify
    ? Number(
        execFileSync(python, ['-c', MATH_VERIFY], {
          input,
          encoding: 'utf8',
          stdio: ['pipe', 'pipe', 'ignore'],
        }),
      )
    : undefined;
  return {
    pairs: pairs.length,
    ours: pairs.length / seconds,
    mathVerify: theirs === undefined ? undefined : pairs.length / theirs,
  };
}

/** Both as tables. */
export function bonTable(bon: BonFigures, grade: GradeFigures): string {
  const { problems, candidates, megabytes } = bon;
  const line = (what: string, { seconds, peakMegabytes }: Measurement) =>
    `| ${what} | ${seconds.toFixed(1)} s | ${Math.round(peakMegabytes)} MB |`;
  const perSecond = (rate: number | undefined) =>
    rate === undefined ? 'not installed' : `${Math.round(rate)} pairs/s`;
  return [
    `| ${problems} problems x ${candidates} candidates, ${Math.round(megabytes)} MB | time | peak memory |`,
    '|---|---|---|',
    line('cfprm bon', bon.bon),
    line('cfprm inspect (yardstick)', bon.inspect),
    '',
    `| grading ${grade.pairs} different pairs | speed |`,
    '|---|---|',
    `| cfprm | ${perSecond(grade.ours)} |`,
    `| Math-Verify, one process | ${perSecond(grade.mathVerify)} |`,
  ].join('\n');
}
