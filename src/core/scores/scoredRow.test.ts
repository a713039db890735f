import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatById } from '../formats/registry';
import { readRow } from '../jsonl/readRow';
import { type ScoredBy, scoredRow, type TrajectoryScores } from './scoredRow';

const BY: ScoredBy = { name: 'M', family: 'cfprm', fingerprint: 'f0', provider: 'cpu', cfprm: '1' };
const SPELLED = '{"name":"M","family":"cfprm","fingerprint":"f0","provider":"cpu","cfprm":"1"}';
const trl = formatById('trl')!;

function scored(text: string, scores: readonly TrajectoryScores[], format = 'trl'): string {
  const result = scoredRow(text, 1, formatById(format)!, scores, BY, []);
  return result.ok ? result.value : assert.fail(result.fault.message);
}

describe('a row with scores', () => {
  it('has them and their model behind its own columns, spaced as those', () => {
    assert.equal(
      scored('{"prompt":"p","completions":["a","b"],"n":1.0}', [[0.25, 0.5]]),
      `{"prompt":"p","completions":["a","b"],"n":1.0,"scores":[0.25,0.5],"scored_by":${SPELLED}}`,
    );
    assert.equal(
      scored('{"prompt": "p", "completions": ["a"]}', [[1]]),
      `{"prompt": "p", "completions": ["a"], "scores": [1], "scored_by": ${SPELLED.replaceAll(':', ': ').replaceAll(',', ', ')}}`,
    );
  });

  it('has new ones in the place of old ones', () => {
    assert.equal(
      scored('{"scores":[9],"prompt":"p","scored_by":{"name":"old"},"completions":["a"]}', [[0.5]]),
      `{"scores":[0.5],"prompt":"p","scored_by":${SPELLED},"completions":["a"]}`,
    );
  });

  it('has nulls where a trajectory could not be scored, with the reason', () => {
    const faults = [{ trajectory: 1, kind: 'too-long', message: 'It is too long.' }] as const;
    const result = scoredRow('{"prompt":"p","completions":["a","b"]}', 1, trl, [undefined], BY, faults);
    assert.ok(result.ok);
    const row = JSON.parse(result.value);
    assert.deepEqual(row.scores, [null, null]);
    assert.deepEqual(row.scored_by.faults, faults);
  });

  it('has a list for each of its trajectories', () => {
    const text = '{"prompt":"q","answers":["a ки\\nb ки","c ки"],"labels":[1,0],"idx":1,"ground_truth":"7"}';
    const bytes = new TextEncoder().encode(text);
    const format = formatById('rlhflow-bon')!;
    const read = readRow(bytes, 0, bytes.length, 1, format);
    assert.ok(read.ok);
    const scores = read.value.map(({ steps }) => steps.map((_, k) => k / 8));
    const row = JSON.parse(scored(text, scores, 'rlhflow-bon'));
    assert.deepEqual(row.scores, scores);
  });

  it('is one line, whatever it was', () => {
    const text = '{\r\n  "prompt": "p\\n",\n  "completions": [\n    "a"\n  ]\n}';
    const row = scored(text, [[0.5]]);
    assert.doesNotMatch(row, /[\r\n]/);
    assert.deepEqual(JSON.parse(row).prompt, 'p\n');
  });

  it('is refused where a format would read something else, or a column occurs twice', () => {
    const result =
      '{"idx":"x","scores":{"step_level_validity_scores":[0.5],"step_level_validity_labels":[true]}}';
    const refused = scoredRow(result, 7, formatById('prmbench-result')!, [[0.5]], BY, []);
    assert.ok(!refused.ok);
    assert.match(refused.fault.message, /takes the column "scores" for something else/);
    assert.equal(refused.fault.row, 7);
    const twice = '{"prompt":"p","completions":["a"],"scored_by":1,"scored_by":2}';
    const odd = scoredRow(twice, 7, trl, [[0.5]], BY, []);
    assert.ok(!odd.ok);
    assert.match(odd.fault.message, /"scored_by" occurs twice/);
  });

  it('keeps all else byte for byte, and is read with these scores, to seven digits', () => {
    const other = fc.constantFrom(
      '1.0',
      '1e2',
      '"\\u00e9\\/"',
      '{"a" : [ 1,2 ]}',
      'null',
      '-0.0',
      '"\\ud800"',
    );
    const score = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), score), { minLength: 1, maxLength: 5 }),
        fc.array(other, { maxLength: 3 }),
        fc.constantFrom('', ' '),
        (steps, others, space) => {
          const texts = steps.map(([text]) => JSON.stringify(text)).join(`,${space}`);
          const more = others.map((value, k) => `,${space}"x${k}":${space}${value}`).join('');
          const text = `{"prompt":${space}"p",${space}"completions":${space}[${texts}]${more}}`;
          const row = scored(text, [steps.map(([, value]) => value)]);
          assert.ok(row.startsWith(text.slice(0, -1)), row);
          const bytes = new TextEncoder().encode(row);
          const read = readRow(bytes, 0, bytes.length, 1, trl);
          assert.ok(read.ok);
          for (const [k, step] of read.value[0]!.steps.entries()) {
            const wanted = steps[k]![1];
            assert.ok(Math.abs(step.score! - wanted) <= 1e-6 * Math.abs(wanted));
          }
        },
      ),
    );
  });
});
