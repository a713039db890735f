import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { manifest } from '../../test/support/manifest';
import { holds } from '../../test/support/whenClause';
import { COMMAND_IDS } from './commandIds';

interface Entry {
  readonly key?: string;
  readonly command: string;
  readonly submenu?: string;
  readonly alt?: string;
  readonly title?: string;
  readonly category?: string;
  readonly when?: string;
}

const { contributes } = manifest<{
  contributes: {
    commands: Entry[];
    keybindings: Entry[];
    menus: Record<string, Entry[]>;
    viewsWelcome: { contents: string }[];
    walkthroughs: {
      steps: { description: string; completionEvents: string[]; media: { svg: string } }[];
    }[];
  };
}>();
const { commands, keybindings, menus, viewsWelcome, walkthroughs } = contributes;

describe('commands in package.json', () => {
  it('are exactly those that the extension registers', () => {
    assert.deepEqual(commands.map((it) => it.command).sort(), [...COMMAND_IDS].sort());
  });

  it('stand in the palette under "CFPRM", each under a title of its own', () => {
    for (const { command, category } of commands) assert.equal(category, 'CFPRM', command);
    assert.equal(new Set(commands.map((it) => it.title)).size, commands.length);
  });

  it('are the only ones that keys, menus and texts name', () => {
    const known: readonly string[] = COMMAND_IDS;
    const entries = [...keybindings, ...Object.values(menus).flat()].filter((it) => it.submenu === undefined);
    const named = entries.flatMap(({ command, alt }) => (alt === undefined ? [command] : [command, alt]));
    const steps = walkthroughs.flatMap((it) => it.steps);
    for (const text of [...viewsWelcome.map((it) => it.contents), ...steps.map((it) => it.description)])
      for (const [, command] of text.matchAll(/\(command:([\w.]+)[?)]/g)) named.push(command!);
    assert.deepEqual(
      named.filter((command) => !known.includes(command)),
      [],
    );
  });

  it('are led through by a walkthrough whose pages and pictures are there', () => {
    const [start] = walkthroughs;
    assert.equal(start?.steps.length, 5);
    const root = path.resolve(__dirname, '../..');
    for (const { description, media } of start?.steps ?? []) {
      assert.doesNotMatch(description, /`/, 'descriptions have bold and links, but no code');
      const picture = readFileSync(path.join(root, media.svg), 'utf8');
      // Colours of the theme only, so that it can be read in every theme.
      assert.doesNotMatch(picture, /(?:fill|stroke)="(?!var\(--vscode-)/);
      assert.doesNotMatch(picture, /style=/, 'the page that shows it forbids it');
      for (const [, args] of description.matchAll(/command:cfprm\.runOnSample\?([^)]+)\)/g))
        assert.ok(COMMAND_IDS.includes(JSON.parse(decodeURIComponent(args!))[0]), args);
    }
  });

  it('merge by the title "CFPRM: Merge windows", from palette, editor title and explorer', () => {
    const merge = commands.find((it) => it.command === 'cfprm.mergeWindows');
    assert.equal(`${merge?.category}: ${merge?.title}`, 'CFPRM: Merge windows');
    const has = (menu: string): boolean => menus[menu]!.some((it) => it.command === 'cfprm.mergeWindows');
    assert.ok(has('editor/title') && has('cfprm.file'));
    assert.ok(!has('commandPalette'), 'a condition hides it in the palette');
  });

  it('put a submenu into a menu once, for VS Code leaves out the second', () => {
    for (const [menu, entries] of Object.entries(menus)) {
      const inside = entries.map(({ submenu }) => submenu).filter((submenu) => submenu !== undefined);
      assert.equal(new Set(inside).size, inside.length, menu);
    }
  });

  it('show the submenu "CFPRM" on files that look like traces, and on no others', () => {
    const shownOn = (file: string, scheme = 'file'): boolean =>
      menus['explorer/context']!.some(
        ({ submenu, when }) =>
          submenu === 'cfprm.file' &&
          holds(when, {
            resourceScheme: scheme,
            resourceFilename: path.posix.basename(file),
            resourceExtname: path.posix.extname(file),
            resourcePath: `/work/${file}`,
            resourceLangId: file.endsWith('.jsonl') ? 'jsonl' : file.endsWith('.json') ? 'json' : 'plaintext',
          }),
      );
    const traces = ['a.jsonl', 'a.NDJSON', 'a.json', 'a.jsonl.gz', 'a.json.zst', 'train-manifest.json'];
    const others = [
      ...['package.json', 'package-lock.json', 'package.nls.de.json', 'tsconfig.json', 'tsconfig.base.json'],
      ...['manifest.json', 'prm.json', 'tokenizer.json', 'tokenizer_config.json', '.eslintrc.json'],
      ...['a.schema.json', 'model.safetensors.index.json', '.vscode/settings.json', 'a.tar.gz', 'a.txt.zst'],
      'a.jsonl.cfprm-labels.jsonl',
    ];
    for (const file of traces) assert.ok(shownOn(file), file);
    for (const file of others) assert.ok(!shownOn(file), file);
    assert.ok(!shownOn('a.jsonl', 'git'));
  });

  it('take single keys only in the trace view, only when its setting says so', () => {
    for (const { command, key, when } of keybindings) {
      const isSingle = !/^(?:shift\+)?f\d+$|ctrl|cmd|alt/.test(key!);
      for (const condition of [
        'editorLangId == cfprm-trace',
        'editorTextFocus',
        ...(isSingle ? ['config.cfprm.trace.singleKeys', '!vim.active'] : []),
      ])
        assert.ok(when?.includes(condition), `${command} lacks ${condition}`);
    }
  });
});
