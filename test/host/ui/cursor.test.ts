import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { row } from '../rows';
import { Workbench } from './workbench';

describe('the cursor of the trace view', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ settings: { 'cfprm.model.path': '' } });
    const step = (of: number, k: number): string =>
      `We take ${of} and add ${k}: ${of} + ${k} = ${of + k}. `.repeat(9);
    const rows = Array.from({ length: 200 }, (_, of) => {
      return row({ id: `sums-${of}`, completions: Array.from({ length: 8 }, (_, k) => step(of, k)) });
    });
    writeFileSync(path.join(workbench.folder, 'sums.jsonl'), `${rows.join('\n')}\n`);
  });
  after(() => workbench?.close());

  it('goes where a person sends it while scores are being drawn', async () => {
    await workbench.openFile('sums.jsonl');
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab('sums.jsonl · page 1');
    await workbench.waitForLine(/1 +✓/);
    for (let round = 0; round < 6; round++) {
      await workbench.press('Control+End');
      await workbench.waitForStatus('trajectory 200 · ');
      await workbench.press('Control+Home');
      await workbench.waitForStatus('Ln 1, Col 1');
      await workbench.press('j');
      await workbench.waitForStatus('trajectory 1 · step 1/8');
    }
  });
});
