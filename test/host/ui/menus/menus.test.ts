import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { modelFolder } from '../../../support/models';
import { Workbench } from '../workbench';
import { outcomeOf } from './outcomes';
import { CANDIDATES, ENTRIES, type Item, itemsAt, type Place, places, TITLES, writeFiles } from './places';
import { startRuns } from './runs';
import { look } from './shown';
import { closeMenus } from './surfaces';

/** How long the window may take to show what a click leads to. */
const LIMIT_MS = 10_000;

/**
 * Every item that package.json contributes to a menu, clicked at every place where it is shown. What is new in
 * package.json is clicked without a change here; without an entry in `outcomes.ts` it fails. Run it by hand before a
 * menu changes: it is no part of `npm test` yet, because some of its expectations have not been seen to hold.
 */
describe('menu items', () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'cfprm-ui-menus-'));
  const own = { data: process.env.CFPRM_DATA, runner: process.env.CFPRM_RUNNER };
  const table: string[] = [];
  let workbench: Workbench;
  const all = places(() => workbench);

  before(async () => {
    const folder = path.join(scratch, 'work');
    mkdirSync(folder);
    writeFiles(folder);
    const profiles = await startRuns(scratch, path.join(folder, 'menus.jsonl'), path.join(folder, 'windows'));
    const model = { 'cfprm.model.path': modelFolder('cfprm'), 'cfprm.model.provider': 'cpu' };
    const settings = { ...model, 'cfprm.profiles': profiles, 'cfprm.score.auto': 'off' };
    workbench = await Workbench.open({ folder, settings });
  });
  after(async () => {
    await workbench?.close();
    // biome-ignore lint/suspicious/noConsole: the table is what a reader of the log wants to see
    console.log(['', 'place | item | result', ...table].join('\n'));
    for (const [name, value] of [
      ['CFPRM_DATA', own.data],
      ['CFPRM_RUNNER', own.runner],
    ] as const)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    rmSync(scratch, { recursive: true, force: true });
  });

  it('each have a place here', () => {
    const reached = new Set(all.flatMap((place) => itemsAt(place).entries));
    assert.deepEqual(
      ENTRIES.filter((entry) => !reached.has(entry)),
      [],
    );
  });

  for (const place of all) {
    describe(place.name, () => {
      const { items } = itemsAt(place);
      it('shows those that package.json says, and no other', async () => {
        await tidy();
        await place.bring();
        const shown = await place.surface.titles();
        if (shown === undefined) return;
        const wanted = items.map((item) => item.path.at(-1)!);
        assert.deepEqual(
          [...new Set(shown.filter((title) => TITLES.has(title)))].sort(),
          [...new Set(wanted)].sort(),
          shown.join(' | '),
        );
      });
      for (const item of items)
        it(item.path.join(' › '), async () => {
          const result = await clicked(place, item).catch((error: Error) => `FAILED ${error.message}`);
          table.push(`${place.name} | ${item.path.join(' › ')} | ${result}`);
          assert.doesNotMatch(result, /^FAILED/u);
        });
    });
  }

  /** Clicks an item and returns what the window showed then. Throws if that is an error, or not what it should be. */
  async function clicked(place: Place, { command, path: titles }: Item): Promise<string> {
    const outcome = outcomeOf(command, place.file);
    if (outcome === undefined) throw new Error(`outcomes.ts does not say what ${command} leads to`);
    await tidy();
    await place.bring(command);
    const before = new Set((await look(workbench.page)).lines);
    await place.surface.click(titles);
    let fault: string | undefined;
    const found = await workbench.waitFor(
      `sign of ${command}: ${outcome.shows}`,
      async () => {
        const { lines, errors } = await look(workbench.page);
        fault =
          errors[0] ?? lines.find((line) => !before.has(line) && /does not exist|Cannot read/u.test(line));
        const fresh = outcome.goes
          ? [...before].filter((line) => !lines.includes(line))
          : lines.filter((line) => outcome.stays || !before.has(line));
        return { shown: fresh, found: fault ?? fresh.find((line) => outcome.shows.test(line)) };
      },
      LIMIT_MS,
    );
    if (fault !== undefined) throw new Error(`error shown: ${fault}`);
    return `${outcome.goes ? 'gone: ' : ''}${found.slice(0, 120)}`;
  }

  /** Closes what the last click opened: menus, questions, dialogs, notifications, the panel. */
  async function tidy(): Promise<void> {
    const { page } = workbench;
    await closeMenus(workbench);
    const toasts = page.locator('.notifications-toasts .notification-list-item');
    const dialog = page.locator('.monaco-dialog-box');
    const panel = page.locator('.part.panel');
    const candidates = page.locator('.tabs-container .tab', { hasText: CANDIDATES });
    await workbench.waitFor('tidy window', async () => {
      const shown: string[] = [];
      if (await workbench.quickInput.isOpen(0)) {
        shown.push('question');
        await workbench.press('Escape');
      } else if (await dialog.isVisible()) {
        shown.push('dialog');
        await workbench.press('Escape');
      } else if ((await toasts.count()) > 0) {
        shown.push('message');
        await toasts
          .first()
          .hover({ timeout: 1000 })
          .catch(() => undefined);
        await toasts
          .first()
          .locator('.codicon-notifications-clear, .monaco-button:text-is("Cancel")')
          .first()
          .click({ timeout: 1000 })
          .catch(() => undefined);
      } else if ((await candidates.count()) > 0) {
        shown.push('candidates');
        await candidates.first().hover({ timeout: 1000 });
        await candidates.first().locator('.codicon-close').click({ timeout: 1000 });
      } else if (await panel.isVisible()) {
        shown.push('panel');
        await workbench.press('Control+J');
      }
      return { shown, found: shown.length === 0 || undefined };
    });
  }
});
