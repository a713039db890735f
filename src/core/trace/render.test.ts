import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fail, ok } from '../result';
import type { Label, Step, Trajectory } from '../trajectory';
import { entryAt, stepAt, type TracePage } from './page';
import { DEFAULT_RENDER, facts, type RenderOptions, renderPage } from './render';
import type { RowReading } from './rowReading';
import { textEdits } from './textEdits';

const place = { path: ['steps', 0] };

function step(text: string, label?: Label, score?: number): Step {
  return { text, label, score, place };
}

function show(ordinal: number, ...trajectories: Trajectory[]): RowReading {
  return { row: ordinal + 1, ordinal, bytes: 1, result: ok(trajectories) };
}

function render(rows: RowReading[], options: Partial<RenderOptions> = {}): TracePage {
  return renderPage('heading', rows, { ...DEFAULT_RENDER, ...options });
}

/** A page as text, with the no-break space that starts a further line of a step made visible. */
function lines(page: TracePage): string[] {
  return page.text.replaceAll('\u00a0', '~').split('\n');
}

const marksOf = ({ text, marks }: TracePage): string[] =>
  marks.map(({ line, start, end, kind }) => `${kind}: ${text.split('\n')[line]!.slice(start, end)}`);

describe('a page of the trace view', () => {
  it('marks steps with a false equation in a small column of their own, and tells the first in the header', () => {
    const steps = [step('2 + 2 = 4', 'correct', 0.9), step('2 + 3 = 6', 'correct', 0.9), step('x = 1')];
    const page = render([show(0, { id: 'a', problem: 'P', steps })]);
    assert.deepEqual(lines(page).slice(2), [
      '▾ a · row 1 · ✓     min 0.90 @1    false equation 2    P',
      '  1 ✓  0.90   2 + 2 = 4',
      '  2 ✓  0.90 ≠ 2 + 3 = 6',
      '  3 ?     –   x = 1',
      '',
    ]);
    assert.ok(marksOf(page).includes('bad: ≠'));
    assert.deepEqual(
      page.entries[0]!.steps.map(({ check }) => check.state),
      ['true', 'false', 'unchecked'],
    );
  });

  it('has no column for equations that hold, or that nobody can decide', () => {
    const page = render([show(0, { id: null, problem: '', steps: [step('2 + 2 = 4'), step('x = 1')] })]);
    assert.deepEqual(lines(page).slice(2), ['▾ row 1 · ? ', '  1 ?   2 + 2 = 4', '  2 ?   x = 1', '']);
  });

  it('shows labels, soft labels, scores and logits in columns', () => {
    const page = render([
      show(
        0,
        {
          id: 'math-1',
          problem: 'What is 1 + 1?',
          steps: [
            step('Add.', 'correct', 0.912),
            step('Think\nagain.', 'neutral'),
            step('So 3.', 'incorrect', 0.05),
            step('Hm.', undefined, -4),
            step('Or 2?', 0.75, 3.5),
            step('No.', 0.25, 0.5),
          ],
          gold: '2',
          answer: '3',
        },
        { id: null, problem: '', steps: [] },
      ),
      { row: 1234, ordinal: 1, bytes: 9, result: fail('ends inside a\nstring', { row: 1234, column: 1500 }) },
    ]);
    assert.deepEqual(lines(page), [
      'heading',
      '',
      '▾ math-1 · 1/2 · row 1 · ✗3    min -4.00 @4    answer 3 ≠ gold 2    What is 1 + 1?',
      '  1 ✓        0.91 Add.',
      '  2 ·           – Think',
      '  ~               again.',
      '  3 ✗        0.05 So 3.',
      '  4 ?       -4.00 Hm.',
      '  5 ◕  0.75  3.50 Or 2?',
      '  6 ◔  0.25  0.50 No.',
      '▾ row 1 · 2/2 · ? ',
      '  no steps',
      '',
      '▾ row 1,234',
      '  ⚠ ends inside a string (column 1,500)',
      '',
    ]);
    assert.deepEqual(marksOf(page), [
      'dim: heading',
      'head: ▾ math-1 · 1/2 · row 1 · ',
      'bad: ✗3',
      'dim:     min -4.00 @4    answer 3 ≠ gold 2    What is 1 + 1?',
      'dim:   1',
      'good: ✓ ',
      'good:  0.91',
      'dim:   2 · ',
      'dim:     –',
      'dim:   3',
      'bad: ✗ ',
      'bad:  0.05',
      'firstError:   3 ✗        0.05 So 3.',
      'dim:   4 ? ',
      'bad: -4.00',
      'dim:   5',
      'good: ◕  0.75  3.50',
      'dim:   6',
      'bad: ◔  0.25',
      'doubt:  0.50',
      'head: ▾ row 1 · 2/2 · ',
      'dim: ? ',
      'dim:   no steps',
      'head: ▾ row 1,234',
      'bad:   ⚠ ends inside a string (column 1,500)',
    ]);
    const [first, , malformed] = page.entries;
    assert.deepEqual(
      first!.steps.map((it) => [it.number, it.line, it.endLine, it.labelColumn, it.textColumn, it.summary]),
      [
        [1, 3, 3, 4, 18, 'Add.'],
        [2, 4, 5, 4, 18, 'Think again.'],
        [3, 6, 6, 4, 18, 'So 3.'],
        [4, 7, 7, 4, 18, 'Hm.'],
        [5, 8, 8, 4, 18, 'Or 2?'],
        [6, 9, 9, 4, 18, 'No.'],
      ],
    );
    assert.equal(page.tabSize * 2, 18, 'a wrapped line goes on where the texts begin');
    assert.deepEqual(malformed!.fault, { message: 'ends inside a\nstring', row: 1234, column: 1500 });
  });

  it('marks labels that were edited, and says how many', () => {
    const trajectory = {
      id: 'm',
      problem: 'P',
      steps: [step('a', 'correct'), step('b', 'incorrect'), step('c')],
    };
    const unedited = [{ ...trajectory, steps: [step('a', 'correct'), step('b'), step('c', 'neutral')] }];
    const page = render([{ ...show(0, trajectory), unedited }, show(1, trajectory)]);
    assert.deepEqual(lines(page).slice(2, 6), [
      '▾ m · row 1 · ✗2    P',
      '  1 ✓   a',
      '  2 ✗*  b',
      '  3 ?*  c',
    ]);
    assert.match(page.entries[0]!.detail, /^first error 2 +2 labels edited$/);
    assert.equal(lines(page)[9], '  2 ✗   b');
    const [first, second] = page.entries;
    assert.deepEqual(
      first!.steps.map(({ edited }) => edited),
      [undefined, { from: undefined }, { from: 'neutral' }],
    );
    assert.ok(second!.steps.every(({ edited }) => edited === undefined));
  });

  it('shows the problem that candidates share once', () => {
    const problem = `${'How many apples are there? '.repeat(4)}?`;
    const candidate = (text: string) => ({ id: null, problem, steps: [step(text)] });
    const page = render([show(0, candidate('a'), candidate('b'))]);
    assert.equal(lines(page).filter((line) => line.startsWith('  Q ')).length, 1);
    assert.deepEqual(
      page.entries.map(({ trajectory, trajectories }) => [trajectory, trajectories]),
      [
        [1, 2],
        [2, 2],
      ],
    );
  });

  it('keeps no columns for what no step has', () => {
    const page = render([show(0, { id: null, problem: 'p', steps: [step('a', 'correct'), step('b')] })]);
    assert.deepEqual(lines(page).slice(2), ['▾ row 1 · ✓     p', '  1 ✓   a', '  2 ?   b', '']);
  });

  it('shows a long problem whole, on lines of its own', () => {
    const problem = `${'word '.repeat(20)}\nend`;
    const page = render([show(0, { id: null, problem, steps: [step('a', 'correct')] })]);
    assert.deepEqual(lines(page).slice(2), [
      `▾ row 1 · ✓     ${'word '.repeat(12).trim()}…`,
      `  Q     ${'word '.repeat(20)}`,
      '  ~     end',
      '  1 ✓   a',
      '',
    ]);
    assert.equal(page.entries.at(-1)!.endLine, 5);
  });

  it('cuts long texts, and says how much is missing', () => {
    const long = 'x'.repeat(1300);
    const page = render([show(0, { id: null, problem: long, steps: [step(long, 'correct')] })], {
      maxStepChars: 100,
    });
    const cut = '… 1,200 more characters (Enter opens the row)';
    assert.deepEqual(lines(page).slice(3), [
      `  Q     ${'x'.repeat(100)}`,
      `  ~     ${cut}`,
      `  1 ✓   ${'x'.repeat(100)}`,
      `  ~     ${cut}`,
      '',
    ]);
  });

  it('never cuts a character in two, and counts what it left out', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '😀'), { minLength: 8 }), (parts) => {
        const text = parts.join('');
        const page = render([show(0, { id: null, problem: '', steps: [step(text)] })], { maxStepChars: 5 });
        const [shown, cut] = lines(page)
          .slice(3)
          .map((line) => line.slice(8)) as [string, string];
        assert.doesNotMatch(shown, /\p{Surrogate}/u);
        assert.equal(Number(/^… (\d+) more/.exec(cut)![1]), text.length - shown.length);
        assert.ok(text.startsWith(shown) && shown.length >= 4);
      }),
    );
  });

  it('is full at some point, says so, and still names every trajectory', () => {
    const steps = Array.from({ length: 3000 }, () => step('x'.repeat(100), 'correct'));
    const rows = [0, 1, 2].map((i) =>
      show(i, { id: `t${i}`, problem: 'p', steps: i === 0 ? steps : steps.slice(0, 1) }),
    );
    const page = render(rows, { maxPageChars: 50_000 });
    assert.ok(page.text.length < 51_000);
    const [first, second] = page.entries;
    const left = (3000 - first!.steps.length).toLocaleString('en-US');
    assert.equal(
      lines(page)[first!.endLine],
      `  … ${left} steps more not shown: this page is full. Enter opens the row.`,
    );
    assert.equal(
      lines(page)[second!.endLine],
      '  … 1 step not shown: this page is full. Enter opens the row.',
    );
    assert.deepEqual(
      page.entries.map(({ title, steps: shown }) => [title, shown.length > 0]),
      [
        ['t0', true],
        ['t1', false],
        ['t2', false],
      ],
    );
  });
});

describe('any page', () => {
  const nasty = fc.constantFrom(
    'a',
    ' ',
    '\n',
    '\r',
    '\r\n',
    '\t',
    '\0',
    '\u001b[31m',
    '\u2028',
    '\u2029',
    '\u0085',
    '\u202e',
    '\u2066',
    '\ud800',
    '\udc00',
    '😀',
    '\uFEFF',
    '\u000b',
    '\u200b',
  );
  const text = fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join(''));
  const label = fc.option(
    fc.oneof(
      fc.constantFrom<Label>('correct', 'neutral', 'incorrect'),
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    ),
    { nil: undefined },
  );
  const score = fc.option(
    fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ noNaN: true }), fc.constant(-0)),
    { nil: undefined },
  );
  const steps = fc.array(
    fc.tuple(text, label, score).map(([words, of, points]) => step(words, of, points)),
    { maxLength: 6 },
  );
  const maybe = fc.option(text, { nil: undefined });
  const trajectory: fc.Arbitrary<Trajectory> = fc.record({
    id: fc.option(text),
    problem: fc.oneof(
      text,
      text.map((it) => it.repeat(9)),
    ),
    steps,
    gold: maybe,
    answer: maybe,
    finalCorrect: fc.option(fc.boolean(), { nil: undefined }),
  });
  const result = fc.oneof(
    { weight: 5, arbitrary: fc.array(trajectory, { maxLength: 3 }).map((all) => ok(all)) },
    text.map((message) => fail(message, { column: 3 })),
  );
  const rows = fc
    .array(result, { maxLength: 5 })
    .map((all) =>
      all.map((it, ordinal): RowReading => ({ row: ordinal + 1, ordinal, bytes: 1, result: it })),
    );
  const options = fc.record({
    maxStepChars: fc.integer({ min: 3, max: 60 }),
    maxPageChars: fc.nat(2000),
    hasModel: fc.boolean(),
  });
  const pages = fc.tuple(text, rows, options).map(([heading, all, some]) => ({
    all,
    some,
    page: renderPage(heading, all, { ...DEFAULT_RENDER, ...some }),
  }));

  it('has lines of visible characters only, whatever the rows hold', () => {
    fc.assert(
      fc.property(pages, ({ page }) => {
        assert.doesNotMatch(page.text, /[^\P{Cc}\n]|\p{Bidi_Control}|\p{Surrogate}|[\u2028\u2029\ufeff]/u);
      }),
    );
  });

  it('has every mark inside its line', () => {
    fc.assert(
      fc.property(pages, ({ page }) => {
        const all = page.text.split('\n');
        for (const { line, start, end } of page.marks) {
          assert.ok(0 <= start && start < end && end <= all[line]!.length);
        }
      }),
    );
  });

  it('has entries and steps one after the other, each found by its lines', () => {
    fc.assert(
      fc.property(pages, ({ all, page }) => {
        const text_ = page.text.split('\n');
        const expected = all.flatMap((row) =>
          row.result.ok ? row.result.value.map(() => row.row) : [row.row],
        );
        assert.deepEqual(
          page.entries.map((entry) => entry.row),
          expected,
        );
        let at = 0;
        for (const entry of page.entries) {
          assert.ok(entry.line > at && entry.endLine >= entry.line && entry.endLine < text_.length);
          at = entry.line;
          assert.equal(text_[at]!.slice(0, 2), '▾ ');
          assert.equal(entryAt(page, entry.line), entry);
          assert.equal(entryAt(page, entry.endLine), entry);
          for (const [i, it] of entry.steps.entries()) {
            assert.ok(it.line > at && it.endLine >= it.line && it.endLine <= entry.endLine);
            assert.equal(it.number, i + 1);
            assert.equal(text_[it.line]!.slice(0, it.labelColumn).trim(), String(it.number));
            assert.equal(it.textColumn, page.tabSize * 2);
            assert.equal(stepAt(entry, it.line), it);
            assert.equal(stepAt(entry, it.endLine), it);
            at = it.endLine;
          }
          assert.equal(stepAt(entry, entry.line), undefined);
          at = entry.endLine;
        }
        assert.equal(entryAt(page, 0), undefined);
      }),
    );
  });

  it('shows every step, or says how many it does not show', () => {
    fc.assert(
      fc.property(pages, ({ all, some, page }) => {
        const lengths = all.flatMap((row) =>
          row.result.ok ? row.result.value.map((known) => known.steps.length) : [0],
        );
        for (const [i, length] of lengths.entries()) {
          const entry = page.entries[i]!;
          const left = length - entry.steps.length;
          const says = / (\d+) steps? (?:more )?not shown: this page is full/.exec(
            page.text.split('\n')[entry.endLine]!,
          );
          if (left > 0) assert.equal(Number(says?.[1]), left);
        }
        // One step and one problem, cut, may cross the line; all lines have a margin.
        const heads = page.entries.length * 400;
        assert.ok(page.text.length < some.maxPageChars + (some.maxStepChars + 60) * 2 * 20 + heads + 400);
      }),
    );
  });
});

describe('the facts of a trajectory', () => {
  const base: Trajectory = { id: null, problem: '', steps: [] };
  const cases: [Partial<Trajectory>, string[]][] = [
    [{}, []],
    [{ gold: '4', answer: '4.0' }, ['answer 4.0 = gold 4']],
    [{ gold: '4', answer: '5' }, ['answer 5 ≠ gold 4']],
    [{ gold: 'x', answer: 'y' }, ['answer y ≠ gold x']],
    [{ gold: '1/2', answer: '0.5' }, ['answer 0.5 = gold 1/2']],
    [{ gold: '4' }, ['answer ? · gold 4']],
    [{ gold: '4', finalCorrect: true }, ['answer ? = gold 4']],
    [{ answer: '5', finalCorrect: false }, ['answer 5 (wrong)']],
    [{ answer: '5' }, ['answer 5']],
    [{ finalCorrect: true }, ['final answer correct']],
    [{ steps: [step('a', 'correct'), step('b', 0.4)] }, ['first error 2']],
    [{ steps: [step('a', 'correct', 0.5), step('b', 0.5, 0.125)] }, ['min 0.13 @2']],
  ];
  for (const [some, words] of cases) {
    it(`are "${words.join(', ')}"`, () => assert.deepEqual(facts({ ...base, ...some }), words));
  }
});

describe('the place of computed scores', () => {
  const trajectory: Trajectory = {
    id: 't',
    problem: 'p',
    steps: [step('one', 'correct', 0.25), step('two')],
  };

  it('is blank, and there only with a model', () => {
    const page = render([show(0, trajectory)], { hasModel: true });
    assert.deepEqual(lines(page).slice(3, 5), ['  1 ✓  0.25       one', '  2 ?     –       two']);
    for (const { line, liveColumn } of page.entries[0]!.steps)
      assert.match(lines(page)[line]!.slice(liveColumn), /^ {5} +[a-z]/);
    assert.equal(render([show(0, trajectory)]).entries[0]!.steps[0]!.liveColumn, undefined);
  });
});

describe('labels that a person gives', () => {
  const labels: (Label | undefined)[] = ['correct', 'neutral', 'incorrect', undefined];
  const label = fc.constantFrom(...labels);

  it('change the lines of their trajectory alone, and no line in its length', () => {
    const given = fc.array(fc.tuple(label, label), { minLength: 1, maxLength: 12 });
    const soft = fc.boolean();
    fc.assert(
      fc.property(given, soft, (pairs, isSoft) => {
        const other = { id: 'o', problem: 'P', steps: [step('x', isSoft ? 0.25 : 'correct', 0.5)] };
        const of = (which: 0 | 1): Trajectory => ({
          id: 't',
          problem: 'P',
          steps: pairs.map((pair) => step('text', pair[which], 0.5)),
        });
        const before = render([show(0, other), show(1, of(0)), show(2, other)]);
        const after = render([show(0, other), { ...show(1, of(1)), unedited: [of(0)] }, show(2, other)]);
        const entry = before.entries[1]!;
        for (const edit of textEdits(before.text, after.text)) {
          assert.ok(entry.line <= edit.start.line && edit.start.line <= entry.endLine);
          assert.equal(edit.end.line, edit.start.line);
          assert.equal(edit.text.length, edit.end.column - edit.start.column);
        }
      }),
    );
  });
});

describe('texts written from right to left', () => {
  it('are marked line by line, without their cells', () => {
    const page = render([show(0, { id: null, problem: '', steps: [step('לכן 4.\nand so on')] })]);
    const marks = marksOf(page).filter((mark) => mark.startsWith('rightToLeft'));
    assert.deepEqual(marks, ['rightToLeft: לכן 4.']);
  });
});
