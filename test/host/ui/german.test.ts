import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { row } from '../rows';
import { Workbench } from './workbench';

describe('CFPRM in German', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ language: 'de' });
    const labels = [true, true, false];
    const completions = labels.map((_, k) => `Step ${k + 1} of the figure.`);
    const rows = [row({ id: 'figure', completions, labels }), '{"broken'];
    writeFileSync(path.join(workbench.folder, 'figure.jsonl'), `${rows.join('\n')}\n`);
  });
  after(() => workbench?.close());

  it('has German commands, views and pages', async () => {
    await workbench.openFile('figure.jsonl');
    await workbench.command('CFPRM: Trace-Ansicht öffnen');
    await workbench.waitForTab('figure.jsonl · Seite 1');
    await workbench.waitForDecoration(/1–2 von 2 · Seite 1 von 1/);
    await workbench.waitForLine(/figure · Zeile 1 · ✗3 /);
    await workbench.waitForLine(/⚠ .*: die Zeile ist abgeschnitten \(Spalte \d+\)/);
    await workbench.press('j');
    await workbench.waitForStatus('Trajektorie 1 · Schritt 1/3 · erster Fehler 3');
    await workbench.waitFor('lens', async () => {
      const shown = await workbench.codeLenses();
      return { shown, found: shown.find((lens) => lens.includes('Nächster Fehler')) };
    });
  });

  it('says in German what a filter found, and that there is nothing', async () => {
    await workbench.command('CFPRM: Trajektorien filtern…');
    await workbench.quickInput.waitForTitle('CFPRM: Filter');
    await workbench.quickInput.pick('Mit geänderten Labels');
    await workbench.waitForNotification('Keine Trajektorie erfüllt diesen Filter');
  });

  it('shows its webviews in German', async () => {
    await workbench.command('CFPRM: Fenster zusammenführen');
    await workbench.quickInput.waitForTitle('CFPRM: Fenster von figure.jsonl zusammenführen');
    await workbench.quickInput.pick('Vorschau zeigen');
    const page = workbench.webview();
    await page.getByRole('heading', { name: 'Was geschrieben wird' }).waitFor();
    await page.getByText('Ausgelassen: 1 fehlerhafte Zeile.').waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
  });

  it('has its child processes speak German, too', async () => {
    writeFileSync(path.join(workbench.folder, 'none.jsonl'), `${row({ id: 'none' })}\n`);
    await workbench.openFile('none.jsonl');
    await workbench.command('CFPRM: Kandidaten vergleichen');
    const page = workbench.webview();
    await page.getByRole('tab', { name: 'Datei' }).click();
    await page.getByText('Kein Kandidat nimmt teil', { exact: false }).waitFor();
  });
});
