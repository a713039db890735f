import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { row } from '../rows';
import { Workbench } from './workbench';

/** Steps of every trajectory of the file; each is one line of the page, and the second is long enough to wrap. */
const STEPS = ['Six sevens.', `So ${'35 + 7 = 42 and '.repeat(20)}that is it.`, 'The answer is 42.'];
const PER_PAGE = 200;
const FILE = 'still.jsonl';

/** Run in the window; a text, because names that a compiler adds to functions are not known there. */
const WATCH_CURSOR = `(() => {
  const look = () => document
    .querySelector('.editor-group-container.active .cursors-layer .cursor')?.getBoundingClientRect().top;
  if (window.seenCursor === undefined) {
    window.seenCursor = [];
    const sample = () => {
      const top = look();
      if (top !== undefined) window.seenCursor.push(top);
      requestAnimationFrame(sample);
    };
    sample();
  }
  const all = [...window.seenCursor.splice(0), look()];
  return { low: Math.min(...all), high: Math.max(...all) };
})()`;

/** Where the keys of a burst must have led. */
interface Place {
  /** 0-based line of the page. */
  line: number;
  /** Whether the cursor is at the line's end. */
  isEnd: boolean;
  /** Lines of the journal. */
  journal: number;
  /**
   * Where the cursor was before the last command. While the window has not heard of the command, a key that changes
   * nothing there is told to nobody (End at the end): such keys are not pressed.
   */
  old: { readonly line: number; readonly isEnd: boolean };
}

describe('a page that is looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({
      settings: { 'cfprm.model.path': '', 'cfprm.trace.pageSize': PER_PAGE },
      viewport: { width: 1400, height: 900 },
    });
    const rows = Array.from({ length: 2000 }, (_, i) =>
      row({ id: `r-${i + 1}`, prompt: `How many in row ${i + 1}?`, completions: STEPS }),
    );
    writeFileSync(path.join(workbench.folder, FILE), `${rows.join('\n')}\n`);
    await workbench.openFile(FILE);
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab(`${FILE} · page 1`);
    await workbench.waitForDecoration(/^›0\.\d\d$/u);
    await workbench.focusEditor();
  });
  after(async () => {
    await workbench?.close();
  });

  const journal = (): string[] => {
    const file = path.join(workbench.folder, `${FILE}.cfprm-labels.jsonl`);
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  };

  /** The cursor's highest and lowest place on the screen since this was called last, in pixels, frame by frame. */
  const range = (): Promise<{ low: number; high: number }> => workbench.page.evaluate(WATCH_CURSOR);

  it('loses none of 500 keys that come every 60 ms while 2,000 trajectories are scored', async () => {
    await workbench.command('CFPRM: Score file');
    await workbench.quickInput.pick('Show the scores in the views');
    await workbench.focusEditor();
    await workbench.press('Control+Home');
    const old = { line: 0, isEnd: false };
    const place: Place = { ...old, journal: journal().length, old };
    const random = generator(1);
    for (let pressed = 0; pressed < 500; ) {
      const keys: string[] = [];
      while (keys.length < 25) keys.push(...nextKeys(random, place));
      for (const key of keys) {
        await workbench.press(key);
        await workbench.page.waitForTimeout(60);
      }
      pressed += keys.length;
      const wanted = `Ln ${place.line + 1}`;
      await workbench.waitFor(
        `place after key ${pressed}: ${keys.join(' ')} → ${JSON.stringify(place)}`,
        async () => {
          const shown = (await workbench.statusItems()).filter((item) => item.startsWith('Ln '));
          const [, line, column] = /^Ln (\d+), Col (\d+)/.exec(shown[0] ?? '') ?? [];
          const isThere = Number(line) === place.line + 1 && Number(column) > 3 === place.isEnd;
          return {
            shown: [...shown, wanted, `${journal().length}`],
            found: (isThere && journal().length === place.journal) || undefined,
          };
        },
      );
    }
  });

  it('keeps the step under the cursor at its pixel through 100 labels, undos, scores and another model', async () => {
    await workbench.press('Control+Home', ...Array.from({ length: 12 }, () => ']'), 'j', 'j');
    await workbench.waitForStatus('trajectory 12 · step 2/3');
    // In the middle of the window, with wrapped lines above and below.
    await workbench.command('View: Focus Active Editor Group');
    const { low } = await range();
    assert.ok(low > 200 && low < 800, `the cursor is at ${low}`);
    await range();
    const keys = ['x', 'o', 'e', 'Backspace', 'c', 'u', 'Shift+U', 'x', 'u', 'e'];
    for (let edit = 0; edit < 100; edit++) {
      const before = journal().length;
      await workbench.press(keys[edit % keys.length]!);
      await workbench.waitFor(`line of edit ${edit + 1} in the journal`, async () => {
        const shown = journal();
        // The first key of a round asks for what the last one left, and writes nothing.
        const found = shown.length > before || (edit > 0 && edit % keys.length === 0) || undefined;
        return { shown: shown.slice(-2), found };
      });
    }
    workbench.setSettings({ 'cfprm.thresholds': { low: 0.2, high: 0.8 } });
    await workbench.waitForStatus('trajectory 12 · step 2/3');
    const seen = await range();
    assert.deepEqual(seen, { low, high: low }, 'the cursor left its pixel row in some frame');
  });
});

/** Numbers in [0, 1), the same in every run (a linear congruential generator). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** The kinds of lines of a page: the heading, then for every trajectory a blank line, its header and its steps. */
const PERIOD = STEPS.length + 2;
const LAST = 1 + PER_PAGE * PERIOD;

function stepAt(line: number): number | undefined {
  const at = (line - 1) % PERIOD;
  return line > 0 && line < LAST && at >= 2 ? at - 1 : undefined;
}

/** One key, or two that belong together, and what they do to the place. */
function nextKeys(random: () => number, place: Place): string[] {
  const moveTo = (line: number): void => {
    place.old = { line: place.line, isEnd: place.isEnd };
    place.line = line;
    place.isEnd = false;
  };
  const pick = random();
  if (pick < 0.2) {
    if (place.old.isEnd) return [];
    // On the last, empty line of the page there is no way to the end.
    place.isEnd = place.line !== LAST && (place.line === 0 || (place.line - 1) % PERIOD !== 0);
    return ['End'];
  }
  if (pick < 0.35) {
    place.isEnd = false;
    return ['Home'];
  }
  if (pick < 0.6) {
    let line = place.line + 1;
    while (line < LAST && stepAt(line) === undefined) line++;
    if (line >= LAST) return [];
    moveTo(line);
    return ['j'];
  }
  if (pick < 0.75) {
    const line = place.line - ((place.line - 1) % PERIOD) + 1;
    const next = place.line < 2 ? 2 : line > place.line ? line : line + PERIOD;
    if (next >= LAST) return [];
    moveTo(next);
    return [']'];
  }
  if (pick < 0.95) {
    if (stepAt(place.line) === undefined) return [];
    // Labelled and taken back: two lines of the journal, and the label is the file's again.
    place.journal += 2;
    return ['x', 'u'];
  }
  if (place.old.line === LAST) return [];
  place.line = LAST;
  moveTo(2 + (PER_PAGE - 1) * PERIOD);
  return ['Control+End', '['];
}
