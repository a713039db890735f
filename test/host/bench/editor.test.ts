import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';

// Figures from inside the real extension host, for `npm run bench`; nothing here passes or fails on a time.

const figures: Record<string, number> = {};

function env(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: run this by npm run bench`);
  return value;
}

function megabytes(): number {
  return process.memoryUsage().rss / 1e6;
}

/** A round trip to the window: what was sent before it has been dealt with. */
async function roundTrip(): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'cfprm.bench', performance.now());
}

function traceText(): string {
  const editor = vscode.window.activeTextEditor;
  return editor?.document.languageId === 'cfprm-trace' ? editor.document.getText() : '';
}

describe('bench', () => {
  after(() => writeFileSync(env('CFPRM_BENCH_RESULT'), JSON.stringify(figures)));

  it('opens a large file and turns its pages', async function () {
    this.timeout(120_000);
    const uri = vscode.Uri.file(env('CFPRM_BENCH_FILE'));
    const extension = vscode.extensions.getExtension('cfprm.cfprm');
    assert.ok(extension);
    const activation = performance.now();
    await extension.activate();
    figures.activateMs = performance.now() - activation;
    await roundTrip();
    const before = megabytes();
    const start = performance.now();
    await vscode.commands.executeCommand('cfprm.openTrace', uri);
    await roundTrip();
    figures.openMs = performance.now() - start;
    assert.match(traceText(), /page 1 of/);
    const end = performance.now() + 60_000;
    while (/counting/.test(traceText())) {
      assert.ok(performance.now() < end, 'the file was not counted within 60 s');
      await roundTrip();
    }
    figures.countedMs = performance.now() - start;
    const pages: number[] = [];
    for (let page = 2; page <= 12; page++) {
      const turned = performance.now();
      await vscode.commands.executeCommand('cfprm.nextPage');
      await roundTrip();
      pages.push(performance.now() - turned);
      assert.match(traceText(), new RegExp(`page ${page} of`));
    }
    figures.pageMs = pages.sort((a, b) => a - b)[pages.length >> 1]!;
    figures.extraMegabytes = megabytes() - before;
  });

  it('decorates and clears 5,000 ranges', async () => {
    const content = Array.from(
      { length: 5000 },
      (_, i) => `  ${i} ✓ 0.98 █  a step of an ordinary length, as they are`,
    );
    const document = await vscode.workspace.openTextDocument({ content: content.join('\n') });
    const editor = await vscode.window.showTextDocument(document);
    const colours = ['cfprm.good', 'cfprm.doubt', 'cfprm.bad', 'descriptionForeground', 'editor.foreground'];
    const types = colours.map((id) =>
      vscode.window.createTextEditorDecorationType({ color: new vscode.ThemeColor(id) }),
    );
    await roundTrip();
    const start = performance.now();
    types.forEach((type, k) => {
      const lines = [...content.keys()].filter((line) => line % types.length === k);
      editor.setDecorations(
        type,
        lines.map((line) => new vscode.Range(line, 2, line, 14)),
      );
    });
    await roundTrip();
    figures.decorateMs = performance.now() - start;
    const clear = performance.now();
    for (const type of types) editor.setDecorations(type, []);
    await roundTrip();
    figures.clearMs = performance.now() - clear;
    for (const type of types) type.dispose();
  });
});
