import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { manifest } from '../../test/support/manifest';
import { COMMAND_IDS } from './commandIds';

interface Entry {
  readonly key?: string;
  readonly command: string;
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
      steps: { description: string; completionEvents: string[]; media: { markdown: string } }[];
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
    const entries = [...keybindings, ...Object.values(menus).flat()];
    const named = entries.flatMap(({ command, alt }) => (alt === undefined ? [command] : [command, alt]));
    const steps = walkthroughs.flatMap((it) => it.steps);
    for (const text of [...viewsWelcome.map((it) => it.contents), ...steps.map((it) => it.description)])
      for (const [, command] of text.matchAll(/\(command:([\w.]+)\)/g)) named.push(command!);
    named.push(...steps.flatMap((it) => it.completionEvents.map((event) => event.replace('onCommand:', ''))));
    assert.deepEqual(
      named.filter((command) => !known.includes(command)),
      [],
    );
  });

  it('are led through by a walkthrough whose pages and pictures are there', () => {
    const [start] = walkthroughs;
    assert.equal(start?.steps.length, 5);
    for (const { media } of start?.steps ?? []) {
      const page = path.resolve(__dirname, '../..', media.markdown);
      for (const [, picture] of readFileSync(page, 'utf8').matchAll(/\]\(([^)]+)\)/g))
        assert.ok(existsSync(path.resolve(path.dirname(page), picture!)), `${media.markdown}: ${picture}`);
    }
  });

  it('merge by the title "CFPRM: Merge windows", from palette, editor title and explorer', () => {
    const merge = commands.find((it) => it.command === 'cfprm.mergeWindows');
    assert.equal(`${merge?.category}: ${merge?.title}`, 'CFPRM: Merge windows');
    const has = (menu: string): boolean => menus[menu]!.some((it) => it.command === 'cfprm.mergeWindows');
    assert.ok(has('editor/title') && has('explorer/context'));
    assert.ok(!has('commandPalette'), 'a condition hides it in the palette');
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
