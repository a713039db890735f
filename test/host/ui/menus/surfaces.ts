import type { Locator } from 'playwright-core';
import type { Workbench } from '../workbench';

/** A menu as it is drawn somewhere: what it offers, and a click on an item of it. */
export interface Surface {
  /** The titles that can be clicked, those of submenus among them; undefined where all of them cannot be listed. */
  titles(): Promise<readonly string[] | undefined>;
  /** Clicks an item by its titles, from the outermost submenu on. */
  click(path: readonly string[]): Promise<void>;
}

const LIMIT_MS = 8_000;
/** How long an item of a menu that is open may take. */
const CLICK_MS = 3_000;

/** The menu of a right click. */
export function contextMenu(workbench: Workbench, target: () => Locator): Surface {
  const open = async () => {
    await target().click({ button: 'right', timeout: LIMIT_MS });
    await menuItems(workbench).first().waitFor({ timeout: LIMIT_MS });
  };
  return {
    titles: async () => {
      await open();
      return readMenu(workbench);
    },
    click: (path) => clickThrough(workbench, open, path),
  };
}

/** Buttons in a row, with the others behind "…". */
export function buttons(workbench: Workbench, bar: () => Locator, hover?: () => Locator): Surface {
  const more = () =>
    bar().locator('a.action-label[aria-label^="More Actions"], a.action-label[aria-label^="Views and More"]');
  const open = async () => {
    await hover?.().hover({ timeout: LIMIT_MS });
    if ((await more().count()) === 0) return false;
    await more().first().click({ timeout: LIMIT_MS });
    await menuItems(workbench).first().waitFor({ timeout: LIMIT_MS });
    return true;
  };
  const labels = async () => {
    await hover?.().hover({ timeout: LIMIT_MS });
    const all = bar().locator('a.action-label[aria-label]');
    const texts = await all.evaluateAll((found) => found.map((it) => it.getAttribute('aria-label') ?? ''));
    return texts.map(titleOf);
  };
  return {
    titles: async () => {
      const outside = await labels();
      return [...outside, ...((await open()) ? await readMenu(workbench) : [])];
    },
    click: async (path) => {
      const [title] = path;
      if (path.length === 1 && (await labels()).includes(title!)) {
        const button = bar().locator(`a.action-label[aria-label^="${title}"]`);
        await button.first().click({ timeout: LIMIT_MS });
        return;
      }
      await clickThrough(workbench, open, path);
    },
  };
}

/** A row of a tree: buttons that a pointer on it shows, and the menu of a right click. */
export function treeRow(workbench: Workbench, row: () => Locator): Surface {
  const menu = contextMenu(workbench, row);
  const inline = buttons(workbench, () => row().locator('.actions'), row);
  const isInline = async (title: string) => ((await inline.titles()) ?? []).includes(title);
  return {
    titles: async () => {
      const outside = (await inline.titles()) ?? [];
      await row().click({ button: 'right', timeout: LIMIT_MS });
      // A row may have no menu.
      const opened = await menuItems(workbench)
        .first()
        .waitFor({ timeout: 700 })
        .then(
          () => true,
          () => false,
        );
      return [...outside, ...(opened ? await readMenu(workbench) : [])];
    },
    click: async (path) => {
      if (path.length === 1 && (await isInline(path[0]!))) await inline.click(path);
      else await menu.click(path);
    },
  };
}

/** The palette, which shows "CFPRM: " before every title. */
export function palette(workbench: Workbench): Surface {
  return {
    titles: async () => undefined,
    click: async (path) => workbench.command(`CFPRM: ${path.at(-1)}`, LIMIT_MS),
  };
}

/** What a button's label says before its key and what it does with Alt. */
function titleOf(label: string): string {
  return (label.split('\n')[0] ?? '').replace(/ \([^()]*\)$/u, '').trim();
}

const menus = (workbench: Workbench): Locator => workbench.page.locator('.monaco-menu');
const menuItems = (workbench: Workbench): Locator =>
  menus(workbench).locator('.action-item:not(.disabled) > .action-menu-item > .action-label');

function menuItem(workbench: Workbench, title: string): Locator {
  const exact = new RegExp(`^\\s*${title.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')}\\s*$`, 'u');
  return menuItems(workbench).filter({ hasText: exact });
}

/** Reads the open menu with its submenu of ours, and closes it. */
async function readMenu(workbench: Workbench): Promise<string[]> {
  const read = async () => (await menuItems(workbench).allInnerTexts()).map((text) => text.trim());
  let titles = await read();
  const submenu = menuItem(workbench, 'CFPRM');
  if ((await submenu.count()) > 0) {
    const outside = titles.length;
    await submenu.first().hover();
    titles = await workbench.waitFor('submenu', async () => {
      const shown = await read();
      return { shown, found: shown.length > outside ? shown : undefined };
    });
  }
  await closeMenus(workbench);
  return titles;
}

/** Opens a menu and clicks an item; again if the menu went, as it does when what it belongs to is drawn anew. */
async function clickThrough(
  workbench: Workbench,
  open: () => Promise<unknown>,
  path: readonly string[],
): Promise<void> {
  for (let left = 2; ; left--) {
    await open();
    try {
      return await clickMenu(workbench, path);
    } catch (error) {
      if (left === 0) throw error;
      await closeMenus(workbench);
    }
  }
}

async function clickMenu(workbench: Workbench, path: readonly string[]): Promise<void> {
  for (const title of path.slice(0, -1))
    await menuItem(workbench, title).first().hover({ timeout: CLICK_MS });
  // The last of its name: a submenu is drawn after the menu that it belongs to.
  const item = menuItem(workbench, path.at(-1)!).last();
  await item.click({ timeout: CLICK_MS });
  // A menu that has just been opened under the pointer does not take its first click.
  for (const end = Date.now() + LIMIT_MS; Date.now() < end && (await isThereStill(item)); )
    await item.click({ timeout: 500 }).catch(() => undefined);
}

async function isThereStill(item: Locator): Promise<boolean> {
  return item.waitFor({ state: 'hidden', timeout: 700 }).then(
    () => false,
    () => true,
  );
}

/** Closes every menu that is open. */
export async function closeMenus(workbench: Workbench): Promise<void> {
  await workbench.waitFor('end of menus', async () => {
    const shown = await menuItems(workbench).allInnerTexts();
    if (shown.length > 0) await workbench.press('Escape');
    return { shown, found: shown.length === 0 || undefined };
  });
}
