// biome-ignore-all lint/performance/useDomNodeTextContent: these are Playwright's locators, and what is shown counts
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator } from 'playwright-core';
import type { ModelScoring } from '../../src/core/bon/shown';
import { DEFAULT_OPTIONS, type MoreScores } from '../../src/shared/candidates';
import { type ConstructedRow, candidate, messagesFor } from './messages';
import { Panel, THEME_NAMES } from './panel';

const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Worked out by hand. Aggregates of #1 to #4: min 0.2, 0.6, 0.5, 0.7; last 0.95, 0.6, 0.5, 0.7. Answers: 8, 7, 8, 7.0
 * (7 is right). Among all four: min and last differ, votes 7: two, 8: two, tie to the first given, 8.
 */
const ROWS: readonly ConstructedRow[] = [
  {
    problem: 'What is $3 + 4$?',
    candidates: [
      candidate(['Add $3$ and $4$.', 'That is \\(8\\).'], [0.2, 0.95], {
        answer: '8',
        gold: '7',
        tokens: 12,
      }),
      candidate(['Add $3$ and $4$.', 'That is \\(7\\).'], [0.9, 0.6], { answer: '7' }),
      candidate(['Guess.', 'Eight.'], [0.8, 0.5], { answer: '8' }),
      candidate(['Add $3$ and $4$.', 'So \\boxed{7.0}.', 'Done.'], [0.9, 0.8, 0.7], { answer: '7.0' }),
    ],
  },
  {
    problem: 'Nobody knows.',
    candidates: [candidate(['One.'], [0.5]), candidate(['Two.'], [0.6])],
  },
];

describe('the candidates panel', () => {
  let panel: Panel;
  afterEach(async () => {
    const { complaints } = panel;
    await panel.close();
    assert.deepEqual(complaints, []);
  });

  const open = async (rows = ROWS, index = 0, options: Parameters<typeof Panel.open>[0] = {}) => {
    panel = await Panel.open(options);
    await panel.post(...messagesFor(rows, index).messages);
  };
  const cell = (column: number, step: number): Locator =>
    panel.page.locator(`[data-column="${column}"][data-step="${step}"]`);
  const strip = async (): Promise<string> => {
    const chips = await panel.page.locator('.strip .chip').allInnerTexts();
    return chips.join(', ');
  };
  const focused = () =>
    panel.page.evaluate(() => {
      const { column, step } = (document.activeElement as HTMLElement).dataset;
      return [Number(column), Number(step)];
    });
  const reveals = async () => (await panel.sent()).filter(({ type }) => type === 'reveal');

  it('shows a column per candidate, aligned by step, with scores, answers and where they part', async () => {
    await open();
    assert.equal(await panel.page.locator('.head .cell').count(), 4);
    assert.match((await cell(0, 0).innerText()).replaceAll('\n', ' '), /#1 wrong 8 2 steps · 12 tokens/);
    assert.match(await cell(3, 0).innerText(), /min 0\.70/);
    assert.equal(await cell(0, 1).locator('.score').innerText(), '0.200');
    assert.equal(await cell(0, 1).locator('.tag').innerText(), 'lowest');
    assert.equal(await cell(1, 1).locator('.tag').innerText(), 'as #1');
    assert.ok(await cell(0, 1).evaluate((it) => it.classList.contains('bad')));
    assert.ok(await cell(1, 2).evaluate((it) => it.classList.contains('doubt')));
    assert.equal(await panel.page.locator('.row.divergence [role="rowheader"] strong').innerText(), '1');
    assert.equal(await panel.page.locator('.spark').count(), 4);
    assert.equal(await panel.page.locator('.gold').innerText(), 'gold 7');
    assert.match(await panel.page.locator('.counts').innerText(), /4 candidates: 2 correct, 2 wrong/);
    assert.equal(await cell(0, 1).locator('.katex-html').count(), 2);
  });

  it('changes every choice as N moves', async () => {
    await open();
    assert.equal(
      await strip(),
      'min → #4 correct, product → #2 correct, last → #1 wrong, mean → #4 correct, majority → #1 wrong, ' +
        'weighted → #1 wrong, first → #1 wrong, oracle correct',
    );
    await panel.page.locator('input[type=range]').focus();
    await panel.page.keyboard.press('Home');
    assert.match(await strip(), /^min → #1 wrong, .*oracle wrong$/u);
    await panel.page.keyboard.press('ArrowRight');
    assert.match(await strip(), /^min → #2 correct, .*last → #1 wrong, .*oracle correct$/u);
    assert.match(await panel.page.locator('.said').innerText(), /min → #2 correct/);
    assert.ok((await cell(3, 1).evaluate((it) => it.classList.contains('outside'))) === true);
    const last = (await panel.sent()).filter(({ type }) => type === 'n').at(-1);
    assert.deepEqual(last, { type: 'n', n: 2 });
  });

  it('marks steps with a false equation, and says what is wrong with it', async () => {
    const texts = ['So 6 * 12 = 74 plums.', 'And 2 + 2 = 4.', 'x + 1 = 3'];
    await open([
      { problem: 'p', candidates: [candidate(texts, [0.9, 0.9, 0.9]), candidate(['One.'], [0.1])] },
    ]);
    await cell(0, 1).getByText('≠ false equation').waitFor();
    assert.equal(await panel.page.getByText('≠ false equation').count(), 1);
    await cell(0, 1).click();
    await panel.page.locator('.reader').getByText('6 × 12 = 74: wrong, 6 × 12 is 72').waitFor();
    await cell(0, 2).click();
    await panel.page.locator('.reader').getByText('1 of 1 equation decided').waitFor();
  });

  it('sorts and filters the columns', async () => {
    await open();
    const heads = () => panel.page.locator('.head .cell strong').allInnerTexts();
    await panel.page.getByLabel('Sort').first().selectOption('min');
    assert.deepEqual(await heads(), ['#4', '#2', '#3', '#1']);
    await panel.page.getByLabel('Show').first().selectOption('wrong');
    assert.deepEqual(await heads(), ['#3', '#1']);
    await panel.page.getByLabel('Show').first().selectOption('out');
    await panel.page.getByText('No candidate matches "Show"').waitFor();
  });

  it('goes over the cells by keys, and shows a step in the trace by Enter and click', async () => {
    await open();
    await cell(0, 0).focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await panel.page.keyboard.press(key);
    assert.deepEqual(await focused(), [1, 2]);
    assert.match(await panel.page.locator('.reader').innerText(), /#2 · step 2 of 2 · score 0\.600/);
    await panel.page.keyboard.press('Enter');
    await panel.page.keyboard.press('End');
    assert.deepEqual(await focused(), [3, 2]);
    await panel.page.keyboard.press('Control+End');
    assert.deepEqual(await focused(), [3, 3]);
    await panel.page.keyboard.press('Control+Home');
    assert.deepEqual(await focused(), [0, 0]);
    await cell(2, 1).click();
    assert.deepEqual(await reveals(), [
      { type: 'reveal', at: { row: 1, place: 1, step: 2 }, enter: true },
      { type: 'reveal', at: { row: 1, place: 2, step: 1 }, enter: false },
    ]);
    assert.equal(await panel.page.locator('.grid [tabindex="0"]').count(), 1);
  });

  it("takes up a model's scores as they come, where the reader is", async () => {
    await open(ROWS, 0, { height: 420 });
    await cell(3, 3).click();
    const scrolled = () =>
      panel.page.locator('.grid').evaluate(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop]);
    const before = await scrolled();
    const tell = (scores: MoreScores['scores'], state: Partial<ModelScoring>, anew = false) => {
      const model = { model: 'mini-prm', scored: 1, failed: 0, isAtWork: false, fault: undefined, ...state };
      return panel.post({ type: 'scores', model, anew, scores });
    };
    const said = panel.page.locator('.by-model');
    await tell([[3, [0.1, 0.2, 0.3]]], { isAtWork: true }, true);
    assert.equal(await said.innerText(), '› computed by mini-prm, 1 of 4 scored, scoring…');
    assert.deepEqual([await focused(), await scrolled()], [[3, 3], before]);
    assert.equal(await cell(3, 3).locator('.score').innerText(), '› 0.300');
    assert.match(await panel.page.locator('.reader h3').innerText(), /score 0\.300/);
    assert.equal(await cell(0, 2).locator('.score').count(), 0);
    assert.match(await strip(), /min → #4 correct/);
    const rest = [0, 1, 2].map((candidate) => [candidate, [0.1, 0.2]] as const);
    await tell(rest, { scored: 4 });
    assert.equal(await said.innerText(), '› computed by mini-prm');
    assert.equal(await cell(0, 2).locator('.score').innerText(), '› 0.200');
    assert.equal(await cell(3, 3).locator('.score').innerText(), '› 0.300');
    await tell([[0, [0.5, 0.6]]], { scored: 3, failed: 1, fault: 'Too long.' }, true);
    assert.equal(await cell(0, 2).locator('.score').innerText(), '› 0.600');
    assert.equal(await cell(3, 3).locator('.score').count(), 0, 'scores of another model');
    assert.equal(await said.innerText(), '› computed by mini-prm, 3 of 4 scored, 1 failed: Too long.');
    await tell([], { model: undefined, fault: 'No model is selected.' }, true);
    assert.equal(await said.innerText(), 'No computed scores: No model is selected.');
    await panel.post({ type: 'problem', shown: messagesFor(ROWS).shown });
    assert.equal(await said.innerText(), '');
    assert.equal(await cell(0, 1).locator('.score').innerText(), '0.200');
  });

  it('asks for the scores that are chosen, whatever else is', async () => {
    await open();
    await panel.page.getByLabel('Scores').selectOption('computed');
    const sent = (await panel.sent()).filter((message) => message.type === 'options');
    assert.deepEqual(
      sent.map(({ options }) => options),
      [{ ...DEFAULT_OPTIONS, scores: 'computed' }],
    );
  });

  it('follows the trace, but not while somebody works in it', async () => {
    await open();
    await panel.page.evaluate(() => {
      document.hasFocus = () => false;
    });
    await panel.post({ type: 'follow', at: { row: 1, place: 3, step: 3 } });
    assert.match(await panel.page.locator('.reader').innerText(), /#4 · step 3 of 3/);
    await panel.page.evaluate(() => {
      document.hasFocus = () => true;
    });
    await panel.post({ type: 'follow', at: { row: 1, place: 0, step: 1 } });
    assert.match(await panel.page.locator('.reader').innerText(), /#4 · step 3 of 3/);
  });

  it('comes back to where it was', async () => {
    await open();
    await panel.page.getByLabel('Sort').first().selectOption('last');
    await cell(0, 2).click();
    const state = (await panel.state()) as { was: { source: string; problem: unknown } };
    assert.deepEqual(state.was.problem, { index: 0 });
    await panel.close();
    await open(ROWS, 0, { state });
    const [ready] = await panel.sent();
    assert.deepEqual(ready, { type: 'ready', was: state.was });
    assert.match(await panel.page.locator('.reader').innerText(), /#1 · step 2/);
    assert.deepEqual(await panel.page.locator('.head .cell strong').first().innerText(), '#1');
  });

  it('names what is missing: verdicts, scores, answers, texts', async () => {
    await open(ROWS, 1);
    assert.equal(await strip(), 'min → #2, product → #2, last → #2, mean → #2, first → #1');
    assert.match(await panel.page.locator('.gold').innerText(), /no gold answer, so candidates/);
    await panel.close();
    const gold = { gold: '1', answer: '1' };
    await open([
      {
        problem: 'p',
        candidates: [
          candidate(['a', 'b'], [0.5, 0.5], gold),
          candidate(['a', 'b'], [0.5], gold),
          candidate(['a'], [], gold),
          candidate([], [], { gold: '1' }),
        ],
      },
    ]);
    const counts = await panel.page.locator('.counts').innerText();
    for (const words of [
      '2 candidates: 1 correct, 1 wrong',
      '1 left out: scores for some',
      '1 left out: no scores',
    ])
      assert.ok(counts.includes(words), counts);
    for (const words of ['1 without an answer', '1 without text']) assert.ok(counts.includes(words), counts);
    assert.equal(await panel.page.locator('.head .cell').count(), 4);
  });

  it('shows logits by their sigmoid, and says so', async () => {
    const gold = { gold: '1', answer: '1' };
    await open([{ problem: 'p', candidates: [candidate(['a'], [-3], gold), candidate(['b'], [3], gold)] }]);
    assert.ok(await cell(0, 1).evaluate((it) => it.classList.contains('bad')));
    assert.ok(await cell(1, 1).evaluate((it) => it.classList.contains('good')));
    await panel.page.locator('.problem summary').click();
    await panel.page.getByText('Scores are logits').waitFor();
  });

  it('runs nothing of a text and typesets only what is a formula', async () => {
    const evil =
      '<img src=x onerror="window.evil=1"> $5 and $6, \\href{javascript:alert(1)}{x} $\\href{javascript:alert(1)}{x}$';
    await open([{ problem: evil, candidates: [candidate([evil, '$\\frac{1$'], [0.5, 0.5], { gold: '1' })] }]);
    assert.equal(await panel.page.locator('.grid img, .grid a').count(), 0);
    assert.equal(await panel.page.evaluate(() => 'evil' in window), false);
    assert.match(await cell(0, 1).innerText(), /\$5 and \$6/);
    assert.equal(await cell(0, 2).locator('.failed').innerText(), '$\\frac{1$');
  });

  it('typesets problem, steps and answers in every way that TeX is written', async () => {
    const texts = [
      '\\begin{align*}x &= 1 + 2 \\\\[2pt] &= 3\\end{align*}',
      'So \\[x = 3\\] and $$y = 4.$$',
      '$\\{1, 2\\}$, \\(\\frac12\\) and \\begin{cases}a & b \\\\ c & d\\end{cases}',
    ];
    const answer = '\\begin{pmatrix} 1 \\\\ 2 \\\\ 3 \\end{pmatrix}';
    const problem = 'Solve \\begin{align}x &= 1 + 2\\\\ y &= 4\\end{align} for \\(x\\), at $5 each.';
    await open([{ problem, candidates: [candidate(texts, [0.5, 0.5, 0.5], { gold: answer, answer })] }]);
    const typeset = (selector: string) => panel.page.locator(`${selector} .katex-html`).count();
    assert.equal(await typeset('.problem .title'), 2);
    assert.match(await panel.page.locator('.problem .title').innerText(), /at \$5 each/);
    assert.deepEqual(
      [await typeset('.gold'), await typeset('.head .answer'), await typeset('.row .cell')],
      [1, 1, 6],
    );
    assert.equal(await panel.page.locator('.failed').count(), 0);
    const display = cell(0, 1).locator('.katex-display');
    assert.equal(await display.count(), 1);
    assert.equal(await panel.page.locator('.eqn-num').count(), 0, 'numbers of equations');
  });

  for (const width of [1000, 300]) {
    it(`clips neither answers nor steps that there is room for, at ${width} pixels`, async () => {
      const answer = `the numbers ${Array.from({ length: 24 }, (_, k) => k * k).join(', ')}`;
      const matrix = '\\begin{pmatrix} 1 \\\\ 2 \\\\ 3 \\\\ 4 \\end{pmatrix}';
      const step = 'A sentence of the middling length that steps have. '.repeat(3);
      const long = 'A sentence of a step that goes on and on. '.repeat(60);
      const rows = [
        {
          problem: 'p',
          candidates: [
            candidate([step, '$$\\frac{\\frac{1}{2}}{\\frac{3}{4}}$$', long], [0.5, 0.6, 0.7], {
              gold: '1',
              answer,
            }),
            candidate(['Short.'], [0.5], { answer: matrix }),
          ],
        },
      ];
      await open(rows, 0, { width, height: 800 });
      // What is drawn below the cell's edge; the copy of formulas for screen readers is not drawn.
      const overflow = (column: number, at: number) =>
        cell(column, at).evaluate((it) => {
          const { bottom } = it.getBoundingClientRect();
          const drawn = [...it.querySelectorAll('*')].filter(
            (part) => part.closest('.katex-mathml') === null,
          );
          return Math.max(...drawn.map((part) => part.getBoundingClientRect().bottom - bottom));
        });
      // Formulas get their room again when their fonts have come.
      const whole = async (column: number, at: number) => {
        for (const end = Date.now() + 10_000; (await overflow(column, at)) > 1; )
          assert.ok(
            Date.now() < end,
            `column ${column}, step ${at} is clipped by ${await overflow(column, at)} px`,
          );
      };
      for (const at of [0, 1, 2]) await whole(0, at);
      // A row is as high as its longest step, not higher.
      const text = cell(0, 1).locator('.text');
      const [outer, inner] = [await cell(0, 1).boundingBox(), await text.boundingBox()];
      assert.ok(outer!.y + outer!.height - (inner!.y + inner!.height) < 12, 'room is wasted below a step');
      await cell(0, 2).focus();
      await panel.page.keyboard.press('ArrowDown');
      assert.match((await cell(0, 3).getAttribute('class')) ?? '', /clipped/);
      const { height } = (await cell(0, 3).boundingBox())!;
      assert.ok(height < 400, `a long step takes ${height} pixels`);
      await cell(0, 3).click();
      const read = panel.page.locator('.reader', { hasText: 'A sentence of a step' });
      await read.waitFor({ timeout: 10_000 });
      assert.equal((await read.innerText()).includes(long.trim()), true, 'the reader cuts it, too');
      await panel.page.keyboard.press('Control+Home');
      await panel.page.keyboard.press('ArrowRight');
      await whole(1, 0);
    });
  }

  it('shares its width among the columns, and shows that there are more', async () => {
    const many = (count: number) => [
      {
        problem: 'p',
        candidates: Array.from({ length: count }, () => candidate(['a'], [0.5], { gold: '1' })),
      },
    ];
    const widths = async () => {
      const { right } = await panel.page
        .locator('.grid')
        .evaluate((it) => it.getBoundingClientRect().toJSON());
      const boxes = await panel.page
        .locator('.head .cell')
        .evaluateAll((all) => all.map((it) => it.getBoundingClientRect().toJSON() as DOMRect));
      return { right, boxes };
    };
    await open(many(3));
    const few = await widths();
    assert.ok(Math.abs(few.boxes[2]!.right - few.right) < 8, 'three columns fill 1000 pixels');
    await panel.close();
    await open(many(8), 0, { width: 520 });
    const lots = await widths();
    const cut = lots.boxes.find((box) => box.left < lots.right && box.right > lots.right);
    assert.ok(cut !== undefined && lots.right - cut.left < 80, 'a piece of the third column shows');
  });

  it('keeps 512 candidates of 200 steps in a bounded page', async () => {
    const steps = Array.from({ length: 200 }, (_, k) => `Step ${k} is $x_{${k}} + 1$ of a long solution.`);
    const scores = steps.map((_, k) => (k % 10) / 10);
    const all = Array.from({ length: 512 }, (_, k) =>
      candidate(
        steps.map((text) => `${text} ${k}`),
        scores,
        { gold: '1', answer: String(k % 3) },
      ),
    );
    await open([{ problem: 'p', candidates: all }]);
    const nodes = () => panel.page.evaluate(() => document.querySelectorAll('*').length);
    await cell(0, 0).focus();
    for (const key of ['Control+End', 'PageUp', 'Control+Home', 'PageDown', 'End']) {
      await panel.page.keyboard.press(key);
      assert.ok((await nodes()) < 8000, `${await nodes()} elements after ${key}`);
    }
    assert.deepEqual((await focused())[0], 511);
    const last = panel.page.locator('.grid [role="columnheader"]').last();
    assert.equal(await last.getAttribute('aria-colindex'), '513');
    await panel.page.getByLabel('N, the candidates').fill('1');
    assert.match(await strip(), /^min → #1 wrong/);
  });

  it('shows the numbers of a file, and opens every problem', async () => {
    await open();
    await panel.page.getByRole('tab', { name: 'File' }).click();
    const table = panel.page.locator('.numbers table');
    assert.deepEqual(await table.locator('thead th').allInnerTexts(), [
      'rule',
      '@1',
      '@2',
      '@4',
      'mean',
      'missed',
      'ties',
    ]);
    assert.match(await table.locator('tr', { hasText: 'majority' }).innerText(), /0\.0 0\.0–0\.0\s+/);
    assert.ok((await panel.page.locator('.plot canvas').count()) === 1);
    const entries = panel.page.locator('.entry');
    assert.match(
      (await entries.first().innerText()).replaceAll('\n', ' '),
      /1 2 of 4 right missed by last, majority, weighted, first/,
    );
    assert.match((await entries.nth(1).innerText()).replaceAll('\n', ' '), /2 not judged Nobody knows/);
    await panel.page.getByLabel('Show').nth(1).selectOption('missed');
    assert.equal(await entries.count(), 1);
    await panel.page.getByLabel('Show').nth(1).selectOption('all');
    await entries.first().focus();
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual((await panel.sent()).at(-1), { type: 'choose', problem: { index: 1 } });
    await panel.page.getByRole('tab', { name: 'File' }).click();
    await panel.page.getByLabel('Subsets').selectOption('first');
    const chosen = (await panel.sent()).at(-1);
    assert.ok(chosen?.type === 'options' && chosen.options.subset === 'first');
  });

  it('says what happens while it reads, and the way out of a fault', async () => {
    panel = await Panel.open();
    const [, source] = messagesFor(ROWS).messages;
    await panel.post(source!, { type: 'progress', done: 5_000_000, total: 10_000_000 });
    assert.match(await panel.page.locator('.notice').innerText(), /Reading: 5\.0 MB of 10 MB/);
    await panel.page.getByRole('button', { name: 'Cancel' }).click();
    await panel.post({ type: 'fault', message: 'samples.jsonl is empty.', cancelled: false });
    assert.match(await panel.page.locator('.notice').innerText(), /samples\.jsonl is empty\./);
    await panel.page.getByRole('button', { name: 'Read again' }).click();
    assert.deepEqual(
      (await panel.sent()).map(({ type }) => type),
      ['ready', 'cancel', 'again'],
    );
  });

  for (const theme of THEME_NAMES) {
    for (const width of [1000, 300]) {
      it(`has no serious fault of accessibility: ${theme}, ${width} pixels`, async () => {
        await open(ROWS, 0, { theme, width });
        await cell(1, 1).click();
        await panel.page.locator('.problem summary').click();
        await panel.page.evaluate(AXE);
        for (const tab of ['Candidates', 'File']) {
          await panel.page.getByRole('tab', { name: tab }).click();
          const violations = await panel.page.evaluate(async () => {
            const { axe } = window as unknown as { axe: typeof import('axe-core') };
            const { violations: all } = await axe.run();
            return all
              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
              .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
          });
          assert.deepEqual(violations, [], `tab ${tab}`);
          const overflow = await panel.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide`);
        }
      });
    }
  }
});
