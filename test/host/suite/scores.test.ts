import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  closeEditors,
  computed,
  fixture,
  heading,
  hoverText,
  lines,
  lineWith,
  openTrace,
  putCursor,
  run,
  scratch,
  scratchFolder,
  traceEditor,
  waitFor,
  waitForCursor,
  withSetting,
} from './support';

interface Expected {
  readonly [name: string]: {
    readonly tokenizer: string;
    readonly rows: readonly { problem: string; steps: string[]; scores: number[] }[];
  };
}

const MODELS = path.join(vscode.extensions.getExtension('cfprm.cfprm')!.extensionPath, 'test/scorer/models');
const EXPECTED = JSON.parse(readFileSync(path.join(MODELS, 'expected.json'), 'utf8')) as Expected;
const ROWS = EXPECTED.cfprm!.rows;

/** A complete folder of one of the tiny models, in the workspace; `card` replaces entries of its prm.json. */
function model(name: string, card: object = {}): string {
  const folder = path.join(scratchFolder(), name);
  mkdirSync(folder);
  cpSync(path.join(MODELS, name), folder, { recursive: true });
  cpSync(path.join(MODELS, 'tokenizers', EXPECTED[name]!.tokenizer), folder, { recursive: true });
  const file = path.join(folder, 'prm.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...card }));
  return folder;
}

/** A TRL file of the solutions that the model's expected scores are known for. */
function traces(more: object = {}): string {
  const rows = ROWS.map(({ problem, steps }) => ({
    prompt: problem,
    completions: steps,
    labels: steps.map(() => true),
    ...more,
  }));
  return scratch('scored.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

const setting = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('cfprm').update(name, value, vscode.ConfigurationTarget.Global);

const WANTED = ROWS.map(({ scores }) => scores.map((score) => score.toFixed(3)));

function waitForScores(editor: vscode.TextEditor, wanted = WANTED): Promise<unknown> {
  return waitFor(
    `scores ${JSON.stringify(wanted)}`,
    async () => JSON.stringify(await computed(editor)) === JSON.stringify(wanted),
    () => editor.document.getText(),
    30_000,
  );
}

describe('computed scores', () => {
  let folder: string;
  before(async () => {
    folder = model('cfprm');
    await setting('model.provider', 'cpu');
  });
  beforeEach(() => setting('model.path', folder));
  afterEach(async () => {
    await closeEditors();
    await vscode.commands.executeCommand('notifications.clearAll');
    await setting('score.auto', undefined);
    await setting('trace.pageSize', undefined);
  });
  after(async () => {
    await setting('model.path', 'none');
    await setting('model.provider', undefined);
  });

  it('appear in the trace view by themselves, as numpy has them', async () => {
    const editor = await openTrace(traces());
    await waitForScores(editor);
    assert.match(await heading(editor), /› computed by cfprm on CPU/);
    const least = Math.min(...ROWS[0]!.scores);
    assert.match(await hoverText(editor, lineWith(editor, '▾ ')), new RegExp(`min ›${least.toFixed(2)}`));
  });

  it('never touch the document: its place is there from the start', async () => {
    const editor = await openTrace(traces());
    const { version } = editor.document;
    assert.deepEqual(
      (await computed(editor)).map((cells) => cells.length),
      WANTED.map((scores) => scores.length),
    );
    await waitForScores(editor);
    assert.equal(editor.document.version, version);
    assert.match(lines(editor)[lineWith(editor, '  1 ')]!, /^ {2}1 ✓ {8,}\S/);
  });

  it('stand beside recorded ones, which stay what they are', async () => {
    const [first] = ROWS;
    const recorded = first!.steps.map((_, k) => (k + 1) / 10);
    const row = {
      prompt: first!.problem,
      completions: first!.steps,
      labels: recorded.map(() => true),
      scores: recorded,
    };
    const editor = await openTrace(scratch('both.jsonl', `${JSON.stringify(row)}\n`));
    await waitForScores(editor, [WANTED[0]!]);
    const line = lines(editor).find((text) => /^ {2}1 /.test(text))!;
    assert.match(line, /^ {2}1 ✓ {2}0\.10 {7}\S/);
  });

  it('are what labels are compared with', async () => {
    // The tiny model's scores are about one half; at this threshold all of them say "incorrect".
    await withSetting('cfprm.thresholds', { decision: 0.999 }, async () => {
      const editor = await openTrace(traces());
      await waitForScores(editor);
      const steps = ROWS.flatMap(({ scores }) => scores.map((score, k) => ({ score, k })));
      const [farthest] = steps.sort((a, b) => a.score - b.score);
      await run('cfprm.nextDisagreement');
      await waitForCursor(`${farthest!.k + 1} ✓`);
    });
  });

  it('say in the hover whose they are', async () => {
    const editor = await openTrace(traces());
    await waitForScores(editor);
    const line = lines(editor).findIndex((text) => /^ {2}1 /.test(text));
    const text = await hoverText(editor, line, 4);
    assert.match(text, /Computed: 0\.\d+[\s\S]*by cfprm on cpu/);
  });

  it('are dimmed and named stale once another model is selected, until it has its own', async () => {
    const editor = await openTrace(traces());
    await waitForScores(editor);
    await setting('score.auto', 'off');
    const other = model('cfprm', { name: 'other', licence: 'MIT' });
    await setting('model.path', other);
    await waitFor(
      'other model',
      async () => (await heading(editor)).includes('computed by other'),
      () => lines(editor)[0],
    );
    assert.deepEqual(await computed(editor), WANTED);
    const line = lines(editor).findIndex((text) => /^ {2}1 /.test(text));
    const stale = await waitFor('stale hover', async () => {
      const text = await hoverText(editor, line, 4);
      return text.includes('another model is selected') && text;
    });
    assert.match(stale, /by cfprm/);
  });

  it('are asked for one by one where that is wanted', async () => {
    await setting('score.auto', 'off');
    const rows = ROWS.slice(0, 2).map(({ problem, steps }) => ({
      prompt: `${problem} `,
      completions: steps,
    }));
    const file = scratch('some.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const editor = await openTrace(file);
    putCursor(editor, lines(editor).findLastIndex((line) => line.startsWith('▾ ')) + 1);
    await waitFor('cursor', () => editor.selection.active.line > 3);
    await run('cfprm.scoreTrajectory');
    await waitFor(
      'second one',
      async () => (await computed(editor))[1]?.length === rows[1]!.completions.length,
      () => lines(editor).join('\n'),
    );
    assert.deepEqual((await computed(editor))[0], []);
  });

  it('of a whole file are there before it is looked at, or lie in a copy', async () => {
    await setting('score.auto', 'off');
    const file = scratch(
      'whole.jsonl',
      ROWS.map(
        ({ problem, steps }) => `${JSON.stringify({ prompt: `  ${problem}`, completions: steps })}\n`,
      ).join(''),
    );
    const copy = path.join(path.dirname(file), 'copy.jsonl');
    void run('cfprm.scoreFile', vscode.Uri.file(file), vscode.Uri.file(copy));
    await waitFor(
      'copy',
      () => existsSync(copy),
      () => '',
      30_000,
    );
    const written = readFileSync(copy, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { scores: number[] });
    assert.deepEqual(
      written.map(({ scores }) => scores.length),
      ROWS.map(({ steps }) => steps.length),
    );
    void run('cfprm.scoreFile', vscode.Uri.file(file), 'views');
    const editor = await openTrace(file);
    await waitFor(
      'scores',
      async () => (await computed(editor)).every((it) => it.length > 0),
      () => lines(editor).join('\n'),
    );
    assert.deepEqual(
      await computed(editor),
      written.map(({ scores }) => scores.map((score) => score.toFixed(3))),
    );
  });

  it('are not there for a trajectory that cannot be scored, which says why', async () => {
    const long = { prompt: 'p', completions: ['1 + 1 = 2 '.repeat(600)] };
    const editor = await openTrace(scratch('long.jsonl', `${JSON.stringify(long)}\n`));
    await waitForScores(editor, [['–']]);
    assert.match(await hoverText(editor, lineWith(editor, '▾ ')), /⚠ not scored: .*tokens/);
  });

  it('are not made up where a file holds no texts of steps', async () => {
    const editor = await openTrace(fixture('prmbench-result.jsonl'));
    assert.match(await heading(editor), /computed by cfprm/);
    for (let turn = 0; turn < 20; turn++)
      await vscode.commands.executeCommand('setContext', 'cfprm.test', turn);
    assert.deepEqual((await computed(editor)).flat(), []);
  });

  it('end with "Stop scoring", and do not come back until something is asked for', async () => {
    // Long solutions, so that there is something to stop; few on a page, which the window has to draw.
    await setting('trace.pageSize', 10);
    const long = Array.from({ length: 100 }, (_, k) => `${k % 10}+1`);
    const rows = Array.from({ length: 4000 }, (_, k) => ({ prompt: `stopped ${k}`, completions: long }));
    const file = scratch('stopped.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const editor = await openTrace(file);
    const isScored = (scores: string[]): boolean => /^\d/.test(scores[0] ?? '');
    void run('cfprm.scoreFile', vscode.Uri.file(file), 'views');
    await waitFor(
      'first score',
      async () => (await computed(editor, 0, 3)).some(isScored),
      () => '',
      30_000,
    );
    await run('cfprm.stopScoring');
    await run('cfprm.openTrace', vscode.Uri.file(file), rows.length - 1);
    const last = await traceEditor(file, 399);
    // What is visible is looked at within a moment; nothing may have come after several.
    for (let turn = 0; turn < 20; turn++)
      await vscode.commands.executeCommand('setContext', 'cfprm.test', turn);
    assert.deepEqual(
      (await computed(last, -3)).filter((scores) => scores.length > 0),
      [],
    );
    putCursor(
      last,
      lines(last).findLastIndex((line) => line.startsWith('▾ ')),
    );
    await run('cfprm.scoreTrajectory');
    await waitFor(
      'the one that was asked for',
      async () => isScored((await computed(last, -1))[0]!),
      () => '',
      30_000,
    );
  });

  it('of a model that is broken are refused with the way out, and come once it is mended', async () => {
    const broken = model('cfprm');
    const tokenizer = path.join(broken, 'tokenizer.json');
    const kept = readFileSync(tokenizer);
    rmSync(tokenizer);
    await setting('model.path', broken);
    const prompt = 'broken model';
    const file = scratch('broken.jsonl', `${JSON.stringify({ prompt, completions: ['1 + 1 = 2'] })}\n`);
    const editor = await openTrace(file);
    await waitFor(
      'reason',
      async () => /⚠ no scores: .*tokenizer\.json is not there/.test(await heading(editor)),
      () => lines(editor)[0],
    );
    assert.deepEqual(await computed(editor), [[]]);
    writeFileSync(tokenizer, kept);
    void run('cfprm.selectModel', broken);
    await waitFor(
      'score',
      async () => /^\d/.test((await computed(editor))[0]?.[0] ?? ''),
      () => lines(editor).join('\n'),
      30_000,
    );
  });

  it('show in "Show model info" what is at work and why', async () => {
    const editor = await openTrace(traces());
    await waitForScores(editor);
    await waitFor(
      'running',
      async () => {
        await run('cfprm.showModelInfo');
        const text = vscode.window.activeTextEditor?.document.getText() ?? '';
        return (
          /requested +cpu\n +used +CPU\n/.test(text) &&
          /family +cfprm/.test(text) &&
          /tokens per second/.test(text)
        );
      },
      () => vscode.window.activeTextEditor?.document.getText(),
    );
  });

  it('come from the demonstration model where none is selected, which says what it is', async () => {
    await setting('model.path', '');
    const editor = await openTrace(traces());
    await waitFor(
      'scores',
      async () =>
        (await computed(editor)).length > 0 &&
        (await computed(editor)).every((cells) => cells.every((cell) => /^\d/.test(cell))),
      () => lines(editor).join('\n'),
      30_000,
    );
    // Where it runs is said once it runs; scores may also have been remembered.
    await waitFor(
      'heading',
      async () => /› computed by CFPRM demonstration model on CPU/.test(await heading(editor)),
      () => lines(editor)[0],
    );
    const line = lines(editor).findIndex((text) => /^ {2}1 /.test(text));
    assert.match(
      await hoverText(editor, line, 4),
      /Computed: 0\.\d+[\s\S]*by CFPRM demonstration model on cpu/,
    );
    await run('cfprm.showModelInfo');
    const info = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(info, /model +CFPRM demonstration model/);
    assert.match(info, /do not rely on its scores.*MODEL_CARD\.md/s);
    await run('cfprm.selectModel', 'none');
    const other = await openTrace(traces());
    // The page may have been drawn before the model was gone, and is drawn again then.
    await waitFor(
      'a page without a model',
      async () => !/computed by/.test(await heading(other)),
      () => lines(other)[0],
    );
    assert.ok((await computed(other)).every((cells) => !cells.includes('…')));
  });

  it('of a provider that was named and is not there are refused, not made on the CPU', async () => {
    const prompt = 'named provider';
    const file = scratch('named.jsonl', `${JSON.stringify({ prompt, completions: ['1 + 1 = 2'] })}\n`);
    await setting('model.provider', 'cuda');
    try {
      const editor = await openTrace(file);
      await waitFor(
        'reason',
        async () => /⚠ no scores: .*cuda/i.test(await heading(editor)),
        () => lines(editor)[0],
        30_000,
      );
      assert.deepEqual(await computed(editor), [[]]);
    } finally {
      await setting('model.provider', 'cpu');
    }
  });

  it('leave the cursor and the selection where they are', async () => {
    const rows = Array.from({ length: 12 }, (_, k) => ({
      prompt: `cursor ${k}`,
      completions: ['1 + 1 = 2', 'so 2'],
    }));
    const editor = await openTrace(
      scratch('cursor.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
    );
    const line = lines(editor).findIndex((text) => text.includes('cursor 5'));
    editor.selection = new vscode.Selection(line + 1, 3, line + 1, 3);
    await waitFor(
      'all scores',
      async () => (await computed(editor)).every((it) => it.length === 2 && it[0] !== '…'),
      () => lines(editor).join('\n'),
      30_000,
    );
    // The window moves it with each change of the text, and is told at once where it belongs.
    await waitFor(
      'cursor on its step',
      () => editor.selection.active.line === line + 1,
      () => editor.selection.active.line,
    );
  });

  it('leave a cursor on the heading there, though the heading changes', async () => {
    const rows = Array.from({ length: 6 }, (_, k) => ({
      prompt: `heading ${k}`,
      completions: ['1 + 1 = 2'],
    }));
    const file = scratch('heading.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const editor = await openTrace(file);
    putCursor(editor, 0);
    await waitFor(
      'all scores',
      async () => (await computed(editor)).every((it) => /^\d/.test(it[0] ?? '')),
      () => lines(editor).join('\n'),
      30_000,
    );
    await waitFor(
      'cursor on the heading',
      () => editor.selection.active.line === 0,
      () => editor.selection.active.line,
    );
  });

  it('survive a restart of the process that gives them', async () => {
    const found = (): string[] => childProcesses().filter((command) => command.includes('scorerProcess'));
    const editor = await openTrace(
      scratch('crash.jsonl', `${JSON.stringify({ prompt: 'crash', completions: ['1'] })}\n`),
    );
    await waitFor(
      'score',
      async () => /^\d/.test((await computed(editor))[0]?.[0] ?? ''),
      () => lines(editor).join('\n'),
      30_000,
    );
    const pid = scorerPid();
    assert.ok(pid, found().join('\n'));
    process.kill(pid, 'SIGKILL');
    await closeEditors();
    const again = await openTrace(
      scratch('crash2.jsonl', `${JSON.stringify({ prompt: 'crash 2', completions: ['2'] })}\n`),
    );
    await waitFor(
      'score of the new process',
      async () => /^\d/.test((await computed(again))[0]?.[0] ?? ''),
      () => lines(again).join('\n'),
      30_000,
    );
    assert.notEqual(scorerPid(), pid);
  });

  it('are off where the user wants none', async () => {
    await withSetting('cfprm.score.auto', 'off', async () => {
      const editor = await openTrace(
        scratch('off.jsonl', `${JSON.stringify({ prompt: 'off', completions: ['1'] })}\n`),
      );
      for (let turn = 0; turn < 20; turn++)
        await vscode.commands.executeCommand('setContext', 'cfprm.test', turn);
      assert.deepEqual(await computed(editor), [[]]);
    });
  });
});

/** Command lines of this process's children, with their ids in front. */
function childProcesses(): string[] {
  const own = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return own.map((pid) => `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`);
}

function scorerPid(): number | undefined {
  const found = childProcesses().find((command) => command.includes('scorerProcess'));
  return found === undefined ? undefined : Number(found.split(' ')[0]);
}
