import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { labelsInShort, root } from '../../../../test/support/rows';
import { formatById } from '../../formats/registry';
import { readRow } from '../../jsonl/readRow';
import type { Result } from '../../result';
import type { Label, Trajectory } from '../../trajectory';
import { relabellerOf } from './relabellers';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function read(id: string, row: string): Trajectory {
  const bytes = encoder.encode(row);
  const reading = readRow(bytes, 0, bytes.length, 1, formatById(id)!);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return reading.value[0]!;
}

/** Relabels steps of a row, given as 1-based step and label. */
function relabel(id: string, row: string, labels: readonly [number, Label | undefined][]): Result<string> {
  const edits = labels.map(([step, label]) => ({ trajectory: 1, step, label }));
  const result = relabellerOf(formatById(id)!)!(encoder.encode(row), 1, edits);
  return result.ok ? { ok: true, value: decoder.decode(result.value) } : result;
}

function relabelled(id: string, row: string, ...labels: [number, Label | undefined][]): string {
  const result = relabel(id, row, labels);
  return result.ok ? result.value : assert.fail(result.fault.message);
}

function refused(id: string, row: string, ...labels: [number, Label | undefined][]): string {
  const result = relabel(id, row, labels);
  return result.ok ? assert.fail(result.value) : result.fault.message;
}

function linesOf(...files: string[]): string[] {
  return files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
}

/** Where a format's labels stand in a row's text, found without the code that is tested. */
const LABEL_FIELDS: Record<string, RegExp> = {
  trl: /"labels"\s*:\s*\[[^\]]*\]/gu,
  prm800k: /"rating"\s*:\s*(?:-?1|0|null)/gu,
  processbench: /"label"\s*:\s*(?:-?\d+|null)/gu,
  prmbench: /"error_steps"\s*:\s*\[[^\]]*\]/gu,
  rlhflow: /"content"\s*:\s*"\s*[+-]\s*"/gu,
  'math-shepherd': /(?<="label"\s*:\s*"(?:[^"\\]|\\.)*)[+-]/gu,
};

const ROWS: Record<string, string[]> = {
  trl: [
    ...linesOf('test/fixtures/trl.jsonl', 'media/sample/trl.jsonl', 'media/sample/trl-soft-scores.jsonl'),
    '{ "labels" :[ 1.0,0.0 , null ],"x":1.50,"completions":["\\u00e9\\ud800","é\\/","😀"],"prompt":"\\"labels\\": [1]" }',
  ],
  prm800k: linesOf(
    'test/fixtures/prm800k--phase1.jsonl',
    'test/fixtures/prm800k--phase2.jsonl',
    'media/sample/prm800k.jsonl',
  ),
  processbench: [
    ...linesOf('test/fixtures/processbench.jsonl', 'media/sample/processbench-gsm8k.jsonl'),
    '{"label" : 1,"steps":["a","\\u00e9","c"],"problem":"\\"label\\": 1","n":1e2}',
  ],
  prmbench: linesOf('test/fixtures/prmbench.jsonl', 'media/sample/prmbench.jsonl'),
  rlhflow: linesOf('test/fixtures/rlhflow.jsonl', 'media/sample/rlhflow.jsonl'),
  'math-shepherd': [
    ...linesOf('test/fixtures/math-shepherd.jsonl', 'media/sample/math-shepherd.jsonl'),
    '{"label":"1\\u002b1\\n=\\"? Step 1: 1+1=2 \\u002b\\nStep 2: 3-1 -","input":"1+1\\n=\\"? Step 1: 1+1=2 \\u043a\\u0438\\nStep 2: 3-1 ки"}',
  ],
};

describe('a row with other labels', () => {
  for (const [id, rows] of Object.entries(ROWS)) {
    it(`of ${id} is read with exactly these labels, and is otherwise the same byte for byte`, () => {
      const label = fc.constantFrom<(Label | undefined)[]>(
        'correct',
        'incorrect',
        'correct',
        'incorrect',
        0.25,
      );
      const other = fc.constantFrom<Label | undefined>('neutral', undefined);
      const step = fc.oneof({ weight: 12, arbitrary: label }, { weight: 1, arbitrary: other });
      let held = 0;
      let changed = 0;
      fc.assert(
        fc.property(
          fc.constantFrom(...rows),
          fc.array(fc.tuple(fc.nat(), step), { minLength: 1, maxLength: 4 }),
          fc.boolean(),
          (row, picks, uptoError) => {
            const { steps } = read(id, row);
            const edits = new Map<number, Label | undefined>();
            for (const [pick, to] of picks) edits.set((pick % steps.length) + 1, to as Label);
            // What ProcessBench can hold.
            if (uptoError) {
              const first = (picks[0]![0] % steps.length) + 1;
              steps.forEach((_, k) => {
                edits.set(k + 1, k + 1 < first ? 'correct' : k + 1 === first ? 'incorrect' : undefined);
              });
            }
            const result = relabel(id, row, [...edits]);
            if (!result.ok) {
              assert.match(result.fault.message, /(?:cannot hold|holds only)/);
              assert.equal(result.fault.row, 1);
              return;
            }
            held++;
            const after = read(id, result.value);
            const wanted = steps.map(({ label: old }, k) => (edits.has(k + 1) ? edits.get(k + 1) : old));
            assert.deepEqual(
              after.steps.map((is) => is.label),
              wanted,
            );
            if (wanted.every((want, k) => want === steps[k]!.label)) assert.equal(result.value, row);
            else changed++;
            if (id === 'math-shepherd' || id === 'rlhflow') {
              // Taking a label away there takes more than a sign; examples below.
              if (wanted.some((want, k) => want === undefined && steps[k]!.label !== undefined)) return;
            }
            const mask = (text: string) => text.replace(LABEL_FIELDS[id]!, '#');
            if (id === 'math-shepherd' && row.includes('\\u002b')) return;
            assert.equal(mask(result.value), mask(row));
          },
        ),
        { numRuns: 400 },
      );
      assert.ok(held > 40 && changed > 20, `${held} were held, ${changed} of them changed`);
    });
  }

  it('cannot be made for formats without a place for labels', () => {
    assert.equal(relabellerOf({ ...formatById('trl')!, id: 'generic' }), undefined);
  });

  it('refuses a step that the row does not have, and a row that cannot be read', () => {
    const row = '{"prompt":"p","completions":["a"],"labels":[true]}';
    assert.match(refused('trl', row, [2, 'correct']), /has no step 2/);
    assert.match(refused('trl', row.replace('[true]', '[true,1]'), [1, 'correct']), /2 entries for 1/);
    assert.match(refused('trl', `${row}}`, [1, 'incorrect']), /./);
  });

  it('is the very row where it has the labels already', () => {
    const row = '{ "prompt":"p", "completions":["a"], "labels":[ 1 ] }';
    assert.equal(relabelled('trl', row, [1, 'correct']), row);
  });
});

describe('the labels of TRL rows', () => {
  const row = (labels: string) => `{"prompt": "p", "completions": ["a", "b", "c"]${labels}, "n": 1.0}`;

  it('are spelled as the others of the row', () => {
    const both: [number, Label][] = [
      [1, 'incorrect'],
      [3, 'correct'],
    ];
    for (const [before, after] of [
      ['[true, true, false]', '[false, true, true]'],
      ['[1, 1, 0]', '[0, 1, 1]'],
      ['[1.0,0.5,0.0]', '[0.0,0.5,1.0]'],
      ['[1, -1, -1]', '[-1, -1, 1]'],
      ['[null, null, null]', '[false, null, true]'],
    ]) {
      const got = relabelled('trl', row(`, "labels": ${before}`), ...both);
      assert.equal(got, row(`, "labels": ${after}`));
    }
    assert.equal(
      relabelled('trl', row(', "labels": [1, 1, 1]'), [2, 0.25], [3, undefined]),
      row(', "labels": [1, 0.25, null]'),
    );
  });

  it('are added behind the steps where there are none', () => {
    assert.equal(relabelled('trl', row(''), [2, 'correct']), row(', "labels": [null, true, null]'));
    assert.equal(relabelled('trl', row(', "labels": null'), [2, 0.5]), row(', "labels": [null, 0.5, null]'));
    const tight = '{"prompt":"p","completions":["a","b"]}';
    assert.equal(
      relabelled('trl', tight, [1, 'incorrect']),
      '{"prompt":"p","completions":["a","b"],"labels":[false,null]}',
    );
  });

  it('cannot be neutral', () => {
    assert.match(
      refused('trl', row(', "labels": [1, 1, 1]'), [2, 'neutral']),
      /TRL cannot hold the label of step 2: neutral/,
    );
  });
});

describe('the labels of Math-Shepherd rows', () => {
  const row =
    '{"input": "Q+1? Step 1: 1+1 ки\\nStep 2: \\u00e9-1 \\u043a\\u0438\\n", "label": "Q+1? Step 1: 1+1 +\\nStep 2: \\u00e9-1 -\\n"}';

  it('are the sign in the place of the tag, or the tag', () => {
    assert.equal(
      relabelled('math-shepherd', row, [1, 'incorrect'], [2, 'correct']),
      row.replace('1+1 +', '1+1 -').replace('-1 -', '-1 +'),
    );
    const cleared = relabelled('math-shepherd', row, [1, undefined], [2, undefined]);
    assert.equal(cleared, row.replace('1+1 +', '1+1 ки').replace('-1 -', '-1 \\u043a\\u0438'));
    assert.equal(relabelled('math-shepherd', cleared, [1, 'correct'], [2, 'incorrect']), row);
  });

  it('come behind input where there are none', () => {
    const [bare] = row.split(', "label"');
    const labels: [number, Label][] = [
      [1, 'correct'],
      [2, 'incorrect'],
    ];
    assert.equal(relabelled('math-shepherd', `${bare}}`, ...labels), row);
    assert.equal(relabelled('math-shepherd', `${bare}, "label": null}`, ...labels), row);
  });

  it('cannot be soft, neutral, or behind the last tag', () => {
    assert.match(refused('math-shepherd', row, [1, 0.5]), /step 1: soft label/);
    assert.match(refused('math-shepherd', row, [2, 'neutral']), /step 2: neutral/);
    const tail = '{"input":"Q Step 1: a ки\\nb","label":"Q Step 1: a +\\nb"}';
    assert.match(refused('math-shepherd', tail, [2, 'correct']), /no tag "ки" follows/);
  });
});

describe('the labels of PRM800K rows', () => {
  const step = (rest: string) =>
    `{"question":{"problem":"p","pre_generated_steps":["a","b"]},"label":{"steps":[${rest}]}}`;

  it('are the rating of the completion that is shown, or of what the labeller wrote', () => {
    const two = '{"completions":[{"text":"x","rating":1},{"text":"a","rating":-1}],"chosen_completion":null}';
    assert.equal(relabelled('prm800k', step(two), [1, 'neutral']), step(two.replace('-1', '0')));
    const human = '{"completions":null,"human_completion":{"text":"a"},"chosen_completion":null}';
    assert.equal(
      relabelled('prm800k', step(human), [1, 'correct']),
      step(human.replace('"a"', '"a","rating":1').replace(',"rating"', ', "rating"')),
    );
    const rated = human.replace('"a"', '"a","rating":1');
    assert.equal(relabelled('prm800k', step(rated), [1, undefined]), step(rated.replace('1', 'null')));
  });

  it('cannot be soft, or of a step that nobody saw', () => {
    const one = step('{"completions":[{"text":"a","rating":-1}]}');
    assert.match(refused('prm800k', one, [1, 0.5]), /soft label/);
    assert.match(refused('prm800k', one, [2, 'correct']), /step 2: the step was never shown/);
  });
});

describe('the labels of ProcessBench rows', () => {
  const row = (label: string) => `{"problem": "p", "steps": ["a", "b", "c"]${label}, "id": 1}`;
  const all = (...labels: (Label | undefined)[]): [number, Label | undefined][] =>
    labels.map((label, k) => [k + 1, label]);

  it('are the index of the first error', () => {
    assert.equal(
      relabelled('processbench', row(', "label": 2'), ...all('correct', 'incorrect', undefined)),
      row(', "label": 1'),
    );
    assert.equal(relabelled('processbench', row(', "label": 2'), [3, 'correct']), row(', "label": -1'));
    assert.equal(relabelled('processbench', row(', "label": 0'), [1, undefined]), row(', "label": null'));
    assert.equal(relabelled('processbench', row(''), [1, 'incorrect']), row(', "label": 0'));
  });

  it('cannot say more', () => {
    const before = row(', "label": 1');
    assert.match(
      refused('processbench', before, [3, 'incorrect']),
      /no step behind the first error \(step 2\) can have a label, but step 3 is incorrect/,
    );
    assert.match(
      refused('processbench', before, [1, 'neutral']),
      /every step before the first error must be correct, but step 1 is neutral/,
    );
    assert.match(refused('processbench', before, [2, 'correct']), /but step 3 is unlabelled/);
    assert.match(refused('processbench', before, [2, 0.25]), /but step 2 is soft label 0\.25/);
  });
});

describe('the labels of PRMBench rows', () => {
  const row = (list: string) => `{"question":"p","modified_process":["a","b","c"]${list},"idx":"x"}`;

  it('are the numbers of the wrong steps', () => {
    assert.equal(
      relabelled('prmbench', row(',"error_steps":[3,9]'), [2, 'incorrect'], [3, 'correct']),
      row(',"error_steps":[2,9]'),
    );
    assert.equal(
      relabelled('prmbench', row(',"error_steps":[3, 1]'), [2, 'incorrect']),
      row(',"error_steps":[3, 1, 2]'),
    );
    assert.equal(relabelled('prmbench', row(',"error_steps":[2]'), [2, 'correct']), row(',"error_steps":[]'));
    const labels: [number, Label][] = [
      [1, 'correct'],
      [2, 'incorrect'],
      [3, 'incorrect'],
    ];
    assert.equal(relabelled('prmbench', row(''), ...labels), row(',"error_steps":[2, 3]'));
  });

  it('are of all steps, and only correct or incorrect', () => {
    assert.match(refused('prmbench', row(''), [1, 'correct']), /step 2: unlabelled/);
    assert.match(refused('prmbench', row(',"error_steps":[2]'), [1, 'neutral']), /step 1: neutral/);
  });
});

describe('the labels of RLHFlow rows', () => {
  const turn = (role: string, content: string) => `{"content": "${content}", "role": "${role}"}`;
  const chat = (...turns: string[]) => `{"conversations": [${turns.join(', ')}]}`;
  const [one, two, plus, minus] = [
    turn('user', 'Q Step 1: a+b'),
    turn('user', 'Step 2: c'),
    turn('assistant', ' + '),
    turn('assistant', '-'),
  ];

  it('are the answers of the assistant', () => {
    const system = turn('system', 'Grade + or -.');
    const got = relabelled('rlhflow', chat(system, one, plus, two, minus), [1, 'incorrect'], [2, 'correct']);
    assert.equal(got, chat(system, one, turn('assistant', ' - '), two, turn('assistant', '+')));
  });

  it('are added where they lack, and taken away from the last step only', () => {
    const whole = chat(one, turn('assistant', '+'), two, minus);
    assert.equal(relabelled('rlhflow', chat(one, two), [1, 'correct'], [2, 'incorrect']), whole);
    assert.equal(relabelled('rlhflow', whole, [2, undefined]), chat(one, turn('assistant', '+'), two));
    assert.match(refused('rlhflow', whole, [1, undefined]), /step 1: only the last step/);
    assert.match(refused('rlhflow', whole, [1, 0.5]), /step 1: soft label/);
    assert.equal(labelsInShort(read('rlhflow', whole)), '+-');
  });
});
