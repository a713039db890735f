import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { parseTraceUri } from '../../../src/vscode/trace/address';
import { rows } from '../rows';
import {
  closeEditors,
  lineWith,
  openPage,
  openTrace,
  putCursor,
  run,
  scratch,
  waitFor,
  waitForCursor,
} from './support';

/** What the editor groups show, from left to right: names of files, and pages as `name p1`. */
function groups(): string[][] {
  return vscode.window.tabGroups.all.map(({ tabs }) =>
    tabs.map(({ input }) => {
      const { uri } = input as vscode.TabInputText;
      const address = parseTraceUri(uri);
      const name = (address?.source ?? uri).path.split('/').at(-1)!;
      return address === undefined ? name : `${name} p${address.page + 1}`;
    }),
  );
}

const shows = (wanted: string[][]): Promise<unknown> =>
  waitFor(
    `groups ${JSON.stringify(wanted)}`,
    () => JSON.stringify(groups()) === JSON.stringify(wanted),
    () => JSON.stringify(groups()),
  );

describe('a trace view to the side', () => {
  afterEach(closeEditors);

  it('comes beside its source, and the source stays', async () => {
    const file = scratch('side.jsonl', rows(5));
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    await run('cfprm.openTraceToSide', vscode.Uri.file(file));
    await shows([['side.jsonl'], ['side.jsonl p1']]);
  });

  it('comes beside the same page that is open already', async () => {
    const file = scratch('side.jsonl', rows(5));
    await openTrace(file);
    await run('cfprm.openTraceToSide', vscode.Uri.file(file));
    await shows([['side.jsonl p1'], ['side.jsonl p1']]);
  });

  it('comes beside the source while the page is open behind it', async () => {
    const file = scratch('side.jsonl', rows(5));
    await openTrace(file);
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    await run('cfprm.openTraceToSide', vscode.Uri.file(file));
    await shows([['side.jsonl p1', 'side.jsonl'], ['side.jsonl p1']]);
  });

  it('comes beside a later page of the file, with the place that the cursor has', async () => {
    const file = scratch('side.jsonl', rows(450));
    const first = await openPage(file, { page: 1 });
    putCursor(first, lineWith(first, '▾ r-203 '));
    await waitForCursor('▾ r-203 ');
    await run('cfprm.openTraceToSide');
    await shows([['side.jsonl p2'], ['side.jsonl p2']]);
    await waitForCursor('▾ r-203 ');
    assert.notEqual(vscode.window.activeTextEditor?.viewColumn, first.viewColumn);
  });

  it('comes beside, called from the page itself as its menus call it', async () => {
    const file = scratch('side.jsonl', rows(450));
    const editor = await openPage(file, { page: 1 });
    await run('cfprm.openTraceToSide', editor.document.uri);
    await shows([['side.jsonl p2'], ['side.jsonl p2']]);
  });
});
