import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { FILTERS, type TraceFilter, textPasses } from '../../core/trace/filter';
import type { RowReading } from '../../core/trace/rowReading';
import { pick, typeLine } from '../ask';
import type { OpenFiles } from '../files/openFiles';
import { type TraceNavigation, valueOrTell } from './navigation';

/** Lets the user choose a filter and opens its first page. */
export async function chooseFilter(files: OpenFiles, navigation: TraceNavigation): Promise<void> {
  const here = navigation.here();
  if (here === undefined) return;
  const picks = [
    ...FILTERS.map(({ kind, title }) => ({ label: title, filter: { kind } as TraceFilter })),
    { label: t('Text…'), filter: undefined },
  ];
  const picked = await pick(picks, {
    title: t('CFPRM: Filter'),
    placeHolder: t('Show only trajectories'),
  });
  if (picked === undefined) return;
  const filter = picked.filter ?? (await askText());
  if (filter === undefined) return;
  const found = valueOrTell(await files.passing(here.address.source, filter, filter.kind === 'disagreement'));
  if (found === undefined) return;
  if (found.length === 0) {
    void vscode.window.showInformationMessage(
      t('CFPRM: no trajectory passes this filter, so it was not applied.'),
    );
    return;
  }
  files.setFilter(here.address.source, filter);
  await navigation.open({ source: here.address.source, page: 0, filter }, { at: 'first' });
}

/** Goes back to all rows, on the page of the row under the cursor. */
export async function clearFilter(files: OpenFiles, navigation: TraceNavigation): Promise<void> {
  const here = navigation.here();
  if (here === undefined) return;
  if (here.address.filter === undefined && files.filterOf(here.address.source) === undefined) {
    vscode.window.setStatusBarMessage(t('CFPRM: no filter is set'), 4000);
    return;
  }
  files.setFilter(here.address.source, undefined);
  const entry = here.page.entries.findLast((it) => it.line <= here.line);
  await navigation.openRow(here.address.source, entry?.ordinal ?? 0);
}

/** Asks for a row number, an id or a text, and goes there. */
export async function goTo(files: OpenFiles, navigation: TraceNavigation): Promise<void> {
  const here = navigation.here();
  if (here === undefined) return;
  const wanted = await typeLine({
    title: t('CFPRM: Go to trajectory'),
    prompt: t('Row number, id, or a text to find from here on'),
  });
  if (wanted === undefined || wanted.trim() === '') return;
  const file = valueOrTell(await files.open(here.address.source));
  if (file === undefined) return;
  const row = /^\d+$/.test(wanted.trim()) ? Number(wanted) : undefined;
  if (row !== undefined) {
    const ordinal = await file.ordinalOfRow(row);
    if (ordinal !== undefined) return navigation.openRow(here.address.source, ordinal, here.address.filter);
    void vscode.window.showInformationMessage(t('CFPRM: the file has no row {0}.', row));
    return;
  }
  const from = (here.page.entries.findLast((it) => it.line <= here.line)?.ordinal ?? -1) + 1;
  const whole = { source: here.address.source, page: 0 };
  const test = (reading: RowReading): boolean => textPasses(wanted.trim(), reading);
  let search = await navigation.findRow(whole, from, 1, test);
  // From here to the end, then once from the top.
  if (search.ok && search.value === undefined) search = await navigation.findRow(whole, 0, 1, test);
  const found = valueOrTell(search);
  if (!search.ok) return;
  if (found === undefined)
    void vscode.window.showInformationMessage(t('CFPRM: nothing in the file mentions "{0}".', wanted));
  else await navigation.openRow(here.address.source, found.ordinal, here.address.filter);
}

/** The single keys of the trace view, to read and to run. */
export async function showKeys(): Promise<void> {
  const keys: readonly [string, string, string][] = [
    ['n, F8', t('Next error'), 'cfprm.nextError'],
    ['Shift+N, Shift+F8', t('Previous error'), 'cfprm.previousError'],
    ['j', t('Next step'), 'cfprm.nextStep'],
    ['k', t('Previous step'), 'cfprm.previousStep'],
    [']', t('Next trajectory'), 'cfprm.nextTrajectory'],
    ['[', t('Previous trajectory'), 'cfprm.previousTrajectory'],
    ['Shift+]', t('Next page'), 'cfprm.nextPage'],
    ['Shift+[', t('Previous page'), 'cfprm.previousPage'],
    ['c', t('Label correct'), 'cfprm.labelCorrect'],
    ['o', t('Label neutral'), 'cfprm.labelNeutral'],
    ['x', t('Label incorrect'), 'cfprm.labelIncorrect'],
    ['Backspace', t('Clear label'), 'cfprm.clearLabel'],
    ['e', t('First error here'), 'cfprm.markFirstError'],
    ['u', t('Undo label'), 'cfprm.undoLabel'],
    ['Shift+U', t('Redo label'), 'cfprm.redoLabel'],
    ['y', t('Copy step'), 'cfprm.copyStep'],
    ['Shift+Y', t('Copy trajectory'), 'cfprm.copyTrajectory'],
    ['d', t('Next disagreement of label and score'), 'cfprm.nextDisagreement'],
    ['Shift+D', t('Previous disagreement'), 'cfprm.previousDisagreement'],
    ['l', t('List disagreements'), 'cfprm.listDisagreements'],
    ['f', t('Filter'), 'cfprm.filter'],
    ['g', t('Go to trajectory'), 'cfprm.goTo'],
    ['Enter', t('Reveal in source'), 'cfprm.revealInSource'],
  ];
  const picks = keys.map(([label, description, command]) => ({ label, description, command }));
  const title = t('CFPRM: Keys of the trace view (setting cfprm.trace.singleKeys turns single keys off)');
  const picked = await pick(picks, { title });
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command);
}

async function askText(): Promise<TraceFilter | undefined> {
  const text = await typeLine({
    title: t('CFPRM: Filter by text'),
    prompt: t('Text in the problem, a step or the id; upper and lower case are the same'),
  });
  return text === undefined || text === '' ? undefined : { kind: 'text', text };
}
