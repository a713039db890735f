import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Locator } from 'playwright-core';
import type { CommandId } from '../../../../src/vscode/commandIds';
import { manifest } from '../../../support/manifest';
import { type Context, holds } from '../../../support/whenClause';
import { row } from '../../rows';
import type { Workbench } from '../workbench';
import { buttons, contextMenu, palette, type Surface, treeRow } from './surfaces';

/** The tab of the candidates. */
export const CANDIDATES = /^Candidates/u;

/** A place of the window in which package.json can show items. */
export interface Place {
  readonly name: string;
  /** The menu's id in package.json. */
  readonly menu: string;
  /** What conditions are asked about. */
  readonly context: Context;
  /** The file or run that its items are about. */
  readonly file: string;
  readonly surface: Surface;
  /** Brings the place to the front, as it must be for a command. */
  bring(command?: CommandId): Promise<void>;
}

/** An item at a place. */
export interface Item {
  readonly command: CommandId;
  /** Its title, after those of the submenus that it is in. */
  readonly path: readonly string[];
}

interface Entry {
  readonly command?: CommandId;
  readonly submenu?: string;
  readonly when?: string;
}

const { contributes } = manifest<{
  contributes: {
    commands: { command: CommandId; title: string }[];
    menus: Record<string, Entry[]>;
    submenus?: { id: string; label: string }[];
  };
}>();
const { commands, menus, submenus = [] } = contributes;

/** The titles of all commands. */
export const TITLES: ReadonlySet<string> = new Set(commands.map(({ title }) => title));

/** Every entry of package.json's menus, by its place in the file: for the question which of them were clicked. */
export const ENTRIES: readonly string[] = Object.entries(menus).flatMap(([menu, entries]) =>
  // The palette's own list also hides; what is never shown there has no place.
  entries.filter(({ when }) => when !== 'false').map((entry) => nameOf(menu, entry)),
);

function nameOf(menu: string, { command, submenu, when }: Entry): string {
  return `${menu}: ${command ?? submenu} when ${when}`;
}

/** What package.json shows at a place, and the entries that say so. */
export function itemsAt({ menu, context }: Pick<Place, 'menu' | 'context'>): {
  readonly items: readonly Item[];
  readonly entries: readonly string[];
} {
  const items: Item[] = [];
  const entries: string[] = [];
  const walk = (id: string, above: readonly string[]): void => {
    for (const entry of menus[id] ?? []) {
      if (!holds(entry.when, context)) continue;
      entries.push(nameOf(id, entry));
      if (entry.submenu !== undefined)
        walk(entry.submenu, [...above, submenus.find(({ id }) => id === entry.submenu)!.label]);
      else if (entry.command !== undefined)
        items.push({ command: entry.command, path: [...above, titleOf(entry.command)] });
    }
  };
  walk(menu, []);
  return { items, entries };
}

function titleOf(command: CommandId): string {
  return commands.find((it) => it.command === command)!.title;
}

/** The files that the places are about, written into a folder. */
export function writeFiles(folder: string): void {
  const rows = [
    row({ id: 'm-1', labels: [true, false, false] }),
    row({ id: 'm-2', labels: [true, null, false] }),
    row({
      id: 'm-3',
      labels: [true, null, true],
      completions: ['Six sevens.', '35 + 7 is 42.', 'It is 42.'],
    }),
  ];
  writeFileSync(path.join(folder, 'menus.jsonl'), `${rows.join('\n')}\n`);
  writeFileSync(path.join(folder, 'menus.json'), `[\n${rows.join(',\n')}\n]\n`);
  writeFileSync(path.join(folder, 'menus.jsonl.gz'), gzipSync(`${rows.join('\n')}\n`));
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "not-a-trace" }\n');
}

/** Every place, in the order in which they are visited. The window is that of `workbench` when a place is used. */
export function places(workbench: () => Workbench): Place[] {
  const w = workbench;
  const group = (): Locator => w().page.locator('.editor-group-container.active');
  const title = () => buttons(w(), () => group().locator('.editor-actions'));
  /** What conditions are told of a file, here and in windows of a server. */
  const resource = (file: string, languageId: string): Context => ({
    resourceScheme: 'file',
    resourceLangId: languageId,
    resourceFilename: path.basename(file),
    resourceExtname: path.extname(file),
    resourcePath: path.join(w()?.folder ?? '/workspace', file),
  });
  const trace: Context = {
    resourceScheme: 'cfprm-trace',
    resourceLangId: 'cfprm-trace',
    editorLangId: 'cfprm-trace',
    resourceFilename: 'menus.jsonl · page 1.cfprm',
    resourceExtname: '.cfprm',
  };
  const bringTab = async (tab: string, open: () => Promise<void>): Promise<void> => {
    const shown = w().page.locator(`.tabs-container .tab[data-resource-name="${tab}"]`);
    if ((await shown.count()) === 0) await open();
    else await shown.first().click();
    await w().waitForTab(tab);
  };
  const bringTrace = () =>
    bringTab('menus.jsonl · page 1.cfprm', async () => {
      await w().openFile('menus.jsonl');
      await w().command('CFPRM: Open trace view');
    });
  const bringFile = (file: string) => bringTab(file, () => w().openFile(file));
  let trajectory = 2;
  /** The second step of a trajectory, which has no label at first. */
  const step = (number: number): Locator =>
    group()
      .locator('.view-line', { hasText: /35\s\+\s7/u })
      .nth(number - 1);
  const onStep = async (command?: CommandId): Promise<void> => {
    // Labels are given where no move goes by.
    trajectory = command !== undefined && /label|markFirst/iu.test(command) ? 3 : 2;
    await bringTrace();
    await step(trajectory).click({ position: { x: 120, y: 5 } });
    await w().waitForStatus(new RegExp(`trajectory ${trajectory}\\b.*step 2\\b`, 'u'));
  };
  const explorerRow = (file: string): Locator =>
    w().page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${file}"]`).first();
  const explorer = (file: string, languageId: string): Place => ({
    name: `explorer, ${file}`,
    menu: 'explorer/context',
    context: resource(file, languageId),
    file: path.basename(file),
    surface: lazily(() => contextMenu(w(), () => explorerRow(path.basename(file)))),
    bring: async () => {
      await bringTab('package.json', () => w().openFile('package.json'));
      if (!(await explorerRow('package.json').isVisible())) await w().command('View: Show Explorer');
      const folder = path.dirname(file);
      if (folder !== '.' && !(await explorerRow(path.basename(file)).isVisible()))
        await explorerRow(folder).click();
      await explorerRow(path.basename(file)).waitFor();
    },
  });
  const showOurs = async (): Promise<void> => {
    if (!(await w().page.locator('.pane-header', { hasText: 'Runs' }).isVisible()))
      await w().command('View: Show CFPRM');
  };
  const treeItem = (text: RegExp): Locator =>
    w().page.locator('.part.sidebar .monaco-list-row[role=treeitem]', { hasText: text }).first();
  const run = (name: string, viewItem: string): Place => ({
    name: `runs, ${name}`,
    menu: 'view/item/context',
    context: { view: 'cfprm.runs', viewItem },
    file: name,
    surface: lazily(() => treeRow(w(), () => treeItem(new RegExp(`^\\s*${name}`, 'u')))),
    bring: async () => {
      await showOurs();
      await treeItem(new RegExp(`^\\s*${name}`, 'u')).waitFor();
    },
  });
  const header = (name: string): Locator => w().page.locator('.pane-header', { hasText: name }).first();
  return [
    {
      name: 'trace view, title',
      menu: 'editor/title',
      context: trace,
      file: 'menus.jsonl',
      surface: lazily(title),
      bring: onStep,
    },
    {
      name: 'trace view, right click',
      menu: 'editor/context',
      context: trace,
      file: 'menus.jsonl',
      surface: lazily(() => contextMenu(w(), () => step(trajectory))),
      bring: onStep,
    },
    {
      name: 'trace view, palette',
      menu: 'commandPalette',
      context: trace,
      file: 'menus.jsonl',
      surface: lazily(() => palette(w())),
      bring: onStep,
    },
    {
      name: 'source .jsonl, title',
      menu: 'editor/title',
      context: resource('menus.jsonl', 'jsonl'),
      file: 'menus.jsonl',
      surface: lazily(title),
      bring: () => bringFile('menus.jsonl'),
    },
    {
      name: 'source .json, title',
      menu: 'editor/title',
      context: resource('menus.json', 'json'),
      file: 'menus.json',
      surface: lazily(title),
      bring: () => bringFile('menus.json'),
    },
    {
      name: 'package.json, title',
      menu: 'editor/title',
      context: resource('package.json', 'json'),
      file: 'package.json',
      surface: lazily(title),
      bring: () => bringFile('package.json'),
    },
    explorer('menus.jsonl', 'jsonl'),
    explorer('menus.json', 'json'),
    explorer('menus.jsonl.gz', 'plaintext'),
    explorer('package.json', 'json'),
    explorer('windows/manifest.json', 'json'),
    {
      name: 'tree, a file',
      menu: 'view/item/context',
      context: { view: 'cfprm.trajectories', viewItem: 'cfprm.file' },
      file: 'menus.jsonl',
      surface: lazily(() => treeRow(w(), () => treeItem(/^\s*menus\.jsonl(?!\.)/u))),
      bring: async () => {
        await bringTrace();
        await showOurs();
      },
    },
    {
      name: 'runs, title',
      menu: 'view/title',
      context: { view: 'cfprm.runs' },
      file: '',
      surface: lazily(() =>
        buttons(
          w(),
          () => header('Runs').locator('.actions'),
          () => header('Runs'),
        ),
      ),
      bring: showOurs,
    },
    run('held', 'run stop'),
    run('halted', 'run resume editRun remove'),
    run('done', 'run useModel editRun remove'),
    {
      name: 'candidates, title',
      menu: 'editor/title',
      context: { activeWebviewPanelId: 'cfprm.candidates' },
      file: 'menus.jsonl',
      surface: lazily(title),
      bring: async () => {
        await onStep();
        await w().command('CFPRM: Compare candidates');
        await w().webview().getByText('What is 6').first().waitFor();
        await w().page.locator('.tabs-container .tab', { hasText: CANDIDATES }).click();
      },
    },
  ];
}

/** The window is opened after the places were named. */
function lazily(make: () => Surface): Surface {
  return { titles: () => make().titles(), click: (path) => make().click(path) };
}
