import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { COMMAND_IDS, type CommandId } from '../../../src/vscode/commandIds';
import { row } from '../rows';
import { Answers } from './answers';
import { closeEditors, openTrace, scratch } from './support';

/** Answer by other means, which are seen elsewhere: a view, a walkthrough, a setting that changes, the clipboard. */
const OTHERWISE: readonly CommandId[] = [
  'cfprm.showLog',
  'cfprm.openWalkthrough',
  'cfprm.toggleInline',
  'cfprm.refreshRuns',
  'cfprm.copySelected',
];
/** Work on one file. */
const ONE_FILE: readonly CommandId[] = [
  'cfprm.mergeWindows',
  'cfprm.convertFormat',
  'cfprm.compareCandidates',
  'cfprm.writeLabelledCopy',
  'cfprm.reanchorLabels',
  'cfprm.scoreFile',
  'cfprm.chooseFormat',
];
/** Work on each file that is selected. */
const EACH_FILE: readonly CommandId[] = ['cfprm.openTrace', 'cfprm.openTraceToSide', 'cfprm.validateFile'];
const FILES = [...ONE_FILE, ...EACH_FILE];
/** Work in the trace view: those that its keys and its menus have. */
const IN_TRACE: readonly CommandId[] = [
  ...(['cfprm.goTo', 'cfprm.filter', 'cfprm.clearFilter', 'cfprm.nextError', 'cfprm.previousError'] as const),
  ...(['cfprm.nextStep', 'cfprm.previousStep', 'cfprm.nextTrajectory', 'cfprm.previousTrajectory'] as const),
  ...(['cfprm.nextPage', 'cfprm.previousPage', 'cfprm.undoLabel', 'cfprm.redoLabel'] as const),
  ...(['cfprm.nextDisagreement', 'cfprm.previousDisagreement'] as const),
];
/** Work on the trajectory under the cursor. */
const ON_TRAJECTORY: readonly CommandId[] = [
  ...(['cfprm.labelCorrect', 'cfprm.labelNeutral', 'cfprm.labelIncorrect', 'cfprm.clearLabel'] as const),
  ...([
    'cfprm.markFirstError',
    'cfprm.showFirstError',
    'cfprm.revealInSource',
    'cfprm.scoreTrajectory',
  ] as const),
];

/** What is in front or selected, and what commands must then say. */
interface Situation {
  readonly what: string;
  /** Brings it to the front, and returns the arguments that a menu gives. */
  make(): Promise<readonly unknown[]>;
  /** What commands that work on a file say; those that are named say something else. */
  readonly files?: RegExp;
  readonly except?: Partial<Record<CommandId, RegExp>>;
  /** What commands of the trace view say. */
  readonly trace: RegExp;
  readonly onTrajectory?: RegExp;
}

const OPEN_FIRST = /^showInformationMessage CFPRM: Open a trace view first\.$/;
const BINARY = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2]);
const ASKS = { 'cfprm.chooseFormat': /^showQuickPick CFPRM: Format of this file/ } as const;
const OPENS = {
  'cfprm.openTrace': /^showTextDocument/,
  'cfprm.openTraceToSide': /^showTextDocument/,
} as const;

describe('every command', () => {
  const answers = new Answers();
  const provider = vscode.workspace.registerTextDocumentContentProvider('zip', {
    provideTextDocumentContent: () => `${row()}\n`,
  });
  const trusted = Object.getOwnPropertyDescriptor(vscode.workspace, 'isTrusted')!;
  before(() => answers.start());
  after(async () => {
    answers.stop();
    provider.dispose();
    Object.defineProperty(vscode.workspace, 'isTrusted', trusted);
    await vscode.workspace.getConfiguration('cfprm').update('inline.enabled', undefined, true);
    await closeEditors();
  });

  let untitled: vscode.TextDocument;
  const show = async (uri: vscode.Uri): Promise<void> => {
    await vscode.window.showTextDocument(uri, { preview: false });
  };
  const situations: readonly Situation[] = [
    {
      what: 'with nothing open',
      make: async () => [],
      files: /^showOpenDialog CFPRM: Choose a trajectory file/,
      trace: OPEN_FIRST,
    },
    {
      what: 'with a document that was never saved',
      make: async () => {
        untitled ??= await vscode.workspace.openTextDocument({ language: 'jsonl', content: '' });
        await vscode.window.showTextDocument(untitled);
        return [];
      },
      files: /^showWarningMessage CFPRM: Untitled-\d+ was never saved\. Save it to disk first\.$/,
      trace: OPEN_FIRST,
    },
    {
      what: 'with a file that was deleted',
      make: async () => {
        const file = scratch('deleted.jsonl', `${row()}\n`);
        await show(vscode.Uri.file(file));
        rmSync(file);
        return [];
      },
      files:
        /^showWarningMessage CFPRM: \/.*deleted\.jsonl was deleted or moved\. Restore it, or choose another/,
      trace: OPEN_FIRST,
    },
    {
      what: 'with a binary file, from the explorer',
      make: async () => [vscode.Uri.file(scratch('binary.jsonl', BINARY)), []],
      files: /^showWarningMessage CFPRM: .*binary\.jsonl has no readable row\. Row 1: /,
      except: { ...ASKS, ...OPENS },
      trace: OPEN_FIRST,
    },
    {
      what: 'with the trace view of a binary file',
      make: async () => {
        await openTrace(binaryFile());
        return [];
      },
      files: /^showWarningMessage CFPRM: .*binary\.jsonl has no readable row\. Row 1: /,
      except: { ...ASKS, ...OPENS },
      trace: /^(show\w+Message|setStatusBarMessage) CFPRM: |^showQuickPick|^showInputBox/,
      onTrajectory: /^showInformationMessage CFPRM: This page shows no trajectory\. Open another file/,
    },
    {
      what: 'with a file inside an archive',
      make: async () => {
        await show(vscode.Uri.parse('zip:/data.zip/in.jsonl'));
        return [];
      },
      files: /^showWarningMessage CFPRM: in\.jsonl is not a file on disk: it comes from "zip"\. Save a copy/,
      trace: OPEN_FIRST,
    },
    {
      what: 'with a version from the history of git',
      make: async () => [
        vscode.Uri.from({ scheme: 'git', path: '/work/old.jsonl', query: '{"ref":"HEAD"}' }),
      ],
      files: /^showWarningMessage CFPRM: old\.jsonl is not a file on disk: it comes from "git"\. Save a copy/,
      trace: OPEN_FIRST,
    },
  ];
  const binary: { file?: string } = {};
  function binaryFile(): string {
    binary.file ??= scratch('binary.jsonl', BINARY);
    return binary.file;
  }

  for (const { what, make, files, except = {}, trace, onTrajectory = trace } of situations) {
    it(`says what to do next ${what}`, async () => {
      const wrong: string[] = [];
      let made: { readonly args: readonly unknown[]; readonly tabs: string } | undefined;
      for (const command of COMMAND_IDS) {
        if (made?.tabs !== tabNames().join()) {
          await closeEditors();
          made = { args: await make(), tabs: tabNames().join() };
        }
        const wanted =
          except[command] ??
          (FILES.includes(command) ? files : undefined) ??
          (IN_TRACE.includes(command) ? trace : undefined) ??
          (ON_TRAJECTORY.includes(command) ? onTrajectory : undefined);
        wrong.push(...(await faultsOf(command, made.args, wanted)));
      }
      assert.deepEqual(wrong, []);
    }).timeout(90_000);
  }

  it('says what to do next in a workspace that is not trusted', async () => {
    Object.defineProperty(vscode.workspace, 'isTrusted', { configurable: true, get: () => false });
    const wrong: string[] = [];
    await closeEditors();
    for (const command of COMMAND_IDS) {
      const wanted =
        command === 'cfprm.train' ? /Training starts programs\. Trust this workspace first/ : undefined;
      wrong.push(...(await faultsOf(command, [], wanted)));
    }
    Object.defineProperty(vscode.workspace, 'isTrusted', trusted);
    assert.deepEqual(wrong, []);
  }).timeout(90_000);

  it('of several selected files acts on each, or says that it takes one', async () => {
    const [one, two] = ['one.jsonl', 'two.jsonl'].map((name) => vscode.Uri.file(scratch(name, `${row()}\n`)));
    const wrong: string[] = [];
    for (const command of ONE_FILE) {
      const wanted =
        /^showInformationMessage CFPRM: This command works on one file, and 2 are selected\. Select one/;
      wrong.push(...(await faultsOf(command, [one, [one, two]], wanted)));
    }
    for (const command of EACH_FILE) {
      await closeEditors();
      answers.clear();
      await vscode.commands.executeCommand(command, one, [one, two]);
      const shown = command === 'cfprm.validateFile' ? answers.seen.map(({ words }) => words) : tabNames();
      for (const name of ['one.jsonl', 'two.jsonl'])
        if (!shown.some((words) => words.includes(name)))
          wrong.push(`${command}: ${name} not in ${shown.join(' | ')}`);
    }
    assert.deepEqual(wrong, []);
  }).timeout(60_000);

  it('takes the side of a comparison that is on disk, what a tree shows, and what a tab shows', async () => {
    const uri = vscode.Uri.file(scratch('side.jsonl', `${row()}\n`));
    const old = vscode.Uri.parse('zip:/data.zip/side.jsonl');
    await closeEditors();
    await vscode.commands.executeCommand('vscode.diff', old, uri);
    const said = /^showInformationMessage CFPRM: side\.jsonl: 1 row/;
    const wrong = await faultsOf('cfprm.validateFile', [], said);
    await vscode.commands.executeCommand('vscode.diff', uri, old);
    wrong.push(...(await faultsOf('cfprm.validateFile', [], said)));
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    await closeEditors();
    wrong.push(...(await faultsOf('cfprm.validateFile', [{ kind: 'file', uri }], said)));
    wrong.push(...(await faultsOf('cfprm.validateFile', [tab], said)));
    assert.deepEqual(wrong, []);
  });

  /** Runs a command and says what is wrong with its answer. */
  async function faultsOf(command: CommandId, args: readonly unknown[], wanted?: RegExp): Promise<string[]> {
    answers.clear();
    const tabs = tabNames().join();
    await vscode.commands.executeCommand(command, ...args);
    const said = answers.seen.map(({ by, words }) => `${by} ${words}`);
    const wrong = [...said.filter((words) => /Cannot read|undefined|is not a function|\[object/.test(words))];
    wrong.push(...answers.unhandled.map((reason) => `unhandled: ${reason}`));
    if (wanted !== undefined && !said.some((words) => wanted.test(words)))
      wrong.push(`not ${wanted.source}: ${said.join(' | ') || 'nothing'}`);
    else if (said.length === 0 && tabs === tabNames().join() && !OTHERWISE.includes(command))
      wrong.push('says nothing');
    return wrong.map((words) => `${command}: ${words}`);
  }

  /** The tabs, those in front marked. */
  function tabNames(): string[] {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    return tabs.map(({ label, isActive }) => `${label}${isActive ? '*' : ''}`);
  }
});
