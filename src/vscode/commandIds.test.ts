import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { COMMAND_IDS } from './commandIds';

interface Entry {
  readonly command: string;
  readonly alt?: string;
  readonly title?: string;
  readonly category?: string;
  readonly when?: string;
}

const manifest = readFileSync(path.resolve(__dirname, '../../package.json'), 'utf8');
const { contributes } = JSON.parse(manifest) as {
  contributes: {
    commands: Entry[];
    keybindings: Entry[];
    menus: Record<string, Entry[]>;
    viewsWelcome: { contents: string }[];
  };
};
const { commands, keybindings, menus, viewsWelcome } = contributes;

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
    for (const { contents } of viewsWelcome)
      for (const [, command] of contents.matchAll(/\(command:([\w.]+)\)/g)) named.push(command!);
    assert.deepEqual(
      named.filter((command) => !known.includes(command)),
      [],
    );
  });

  it('merge by the title "CFPRM: Merge windows", from palette, editor title and explorer', () => {
    const merge = commands.find((it) => it.command === 'cfprm.mergeWindows');
    assert.equal(`${merge?.category}: ${merge?.title}`, 'CFPRM: Merge windows');
    const has = (menu: string): boolean => menus[menu]!.some((it) => it.command === 'cfprm.mergeWindows');
    assert.ok(has('editor/title') && has('explorer/context'));
    assert.ok(!has('commandPalette'), 'a condition hides it in the palette');
  });

  it('take single keys only in the trace view, only when its setting says so', () => {
    for (const { command, when } of keybindings) {
      for (const condition of [
        'editorLangId == cfprm-trace',
        'editorTextFocus',
        'config.cfprm.trace.singleKeys',
      ])
        assert.ok(when?.includes(condition), `${command} lacks ${condition}`);
    }
  });
});
