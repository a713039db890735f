import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { row } from '../rows';
import {
  closeEditors,
  fixture,
  headers,
  heading,
  lines,
  lineWith,
  openTrace,
  sample,
  scratch,
  shownSteps,
  waitFor,
} from './support';

/** The columns of all formats in one: each sample has its own. */
interface Row {
  readonly input: string;
  readonly label: { readonly steps: readonly { readonly completions?: unknown }[] };
  readonly question: { readonly pre_generated_steps?: readonly string[] };
  readonly modified_process: readonly string[];
  readonly steps: readonly string[];
  readonly conversations: readonly unknown[];
  readonly completions: readonly string[];
}

/** Steps of a row, counted without the extension's readers. */
const SAMPLES: Record<string, (row: Row) => number> = {
  'math-shepherd.jsonl': ({ input }) => input.split('ки').length - 1,
  // A labeller who gave up left an empty step; one who found an error left steps unlabelled.
  'prm800k.jsonl': ({ label, question }) =>
    Math.max(
      label.steps.filter((step) => step.completions).length,
      question.pre_generated_steps?.length ?? 0,
    ),
  'prmbench.jsonl': (it) => it.modified_process.length,
  'processbench-gsm8k.jsonl': ({ steps }) => steps.length,
  'processbench-math.json': ({ steps }) => steps.length,
  'rlhflow.jsonl': ({ conversations }) => conversations.length / 2,
  'trl.jsonl': ({ completions }) => completions.length,
  'trl-soft-scores.jsonl': ({ completions }) => completions.length,
};

/** The labels of each fixture's second row; the rows tell the same three steps in every format. */
const FIXTURES: Record<string, string> = {
  'math-shepherd.jsonl': '✓✗✗',
  'prm800k--phase2.jsonl': '✓✗?',
  'prmbench.jsonl': '✓✗✗',
  'processbench.jsonl': '✓✗?',
  'processbench.json': '✓✗?',
  'rlhflow.jsonl': '✓✗✗',
  'trl.jsonl': '✓✗✗',
};

describe('trace view', () => {
  afterEach(closeEditors);

  for (const [name, stepsOf] of Object.entries(SAMPLES)) {
    it(`shows every step of ${name} on its own numbered line`, async () => {
      const text = readFileSync(sample(name), 'utf8');
      const all: Row[] = name.endsWith('.json') ? JSON.parse(text) : text.trim().split('\n').map(parse);
      const shown = shownSteps(await openTrace(sample(name)));
      assert.deepEqual(
        shown.map((steps) => steps.length),
        all.map(stepsOf),
      );
      for (const steps of shown)
        assert.deepEqual(
          steps.map((step) => step.number),
          steps.map((_, i) => i + 1),
        );
    });
  }

  for (const [name, glyphs] of Object.entries(FIXTURES)) {
    it(`shows labels and texts of ${name}`, async () => {
      const second = shownSteps(await openTrace(fixture(name)))[1]!;
      assert.equal(second.map((step) => step.glyph).join(''), glyphs);
      assert.deepEqual(
        second.map(({ rest }) => rest.replace(/^(≠ )? *(?:Step \d: )?/, '$1')),
        [
          'On Tuesday Mina reads 14 * 2 = 28 pages.',
          // 14 + 28 is 42.
          '≠ Together that is 14 + 28 = 52 pages.',
          'The answer is 52.',
        ],
      );
    });
  }

  it('is a read-only document of its own language, with the file and the page in its tab', async () => {
    const editor = await openTrace(sample('trl.jsonl'));
    const { document } = editor;
    assert.equal(document.languageId, 'cfprm-trace');
    assert.match(document.uri.path, /trl\.jsonl · page 1\.cfprm$/);
    assert.equal(vscode.workspace.fs.isWritableFileSystem(document.uri.scheme), false);
    assert.equal(document.lineAt(0).text, 'trl.jsonl · TRL stepwise supervision');
    assert.match(await heading(editor), / · 1–100 of 100 · page 1 of 1/);
  });

  it('shows the score between label and text', async () => {
    const steps = shownSteps(await openTrace(sample('trl-soft-scores.jsonl')))[0]!;
    assert.match(steps[0]!.rest, /^0\.94 +Given the inequality/);
    assert.match(steps[2]!.rest, /^0\.09 +The inequality/);
  });

  it('shows soft labels by how full they are, and a step without score among scored ones', async () => {
    const file = scratch('soft.jsonl', row({ labels: [0.25, 0.5, 0.9], scores: [0.3, null, -2] }));
    const [steps] = shownSteps(await openTrace(file));
    assert.deepEqual(
      steps!.map(({ glyph, rest }) => `${glyph} ${rest}`),
      ['◔ 0.25  0.30 Six sevens.', '◑ 0.50     – 35 + 7 = 42.', '◕ 0.90 -2.00 The answer is 42.'],
    );
  });

  it('tells problem, answer against gold, minimum score and first error in the header', async () => {
    const [first] = headers(await openTrace(sample('trl-soft-scores.jsonl')));
    assert.match(first!, /^▾ math-aps-1-0 · row 1 /);
    for (const fact of ['answer 64 = gold 64', 'min 0.09 @3', 'Let $a,$ $b,$ and $c$ be constants'])
      assert.ok(first!.includes(fact), `${fact} is not in ${first}`);
    const wrong = row({ id: 'w', gold: '43', labels: [true, true, false] });
    const [second] = headers(await openTrace(scratch('wrong.jsonl', wrong)));
    for (const fact of ['answer 42 ≠ gold 43', ' · ✗3 ', 'What is 6 * 7?'])
      assert.ok(second!.includes(fact), `${fact} is not in ${second}`);
  });

  it('shows a problem that is too long for the header whole, below it', async () => {
    const problem = `${'How many of them are there? '.repeat(8)}The end.`;
    const editor = await openTrace(scratch('long.jsonl', row({ prompt: problem })));
    assert.ok(lines(editor).some((line) => line.startsWith('  Q ') && line.endsWith(problem)));
  });

  it('shows untrusted text as text: control characters and direction overrides cannot hide', async () => {
    const completions = ['a\u0000b \u202etxet\u202c', 'line one\nline two', '<b>bold</b> [x](command:quit)'];
    const editor = await openTrace(scratch('odd.jsonl', row({ completions })));
    const [steps] = shownSteps(editor);
    assert.equal(steps![0]!.rest, 'a␀b \\u202etxet\\u202c');
    assert.match(lines(editor)[lineWith(editor, 'line one') + 1]!, /^\s+line two$/);
    assert.equal(steps![2]!.rest, '<b>bold</b> [x](command:quit)');
  });

  it('tells a step in a hover: label, score, change against the step before', async () => {
    const editor = await openTrace(sample('trl-soft-scores.jsonl'));
    const step = await hoverAt(editor, new vscode.Position(lineWith(editor, '3 ✓  0.09'), 6));
    for (const part of [/Step 3 of 4/, /✓ correct/, /0\.09\d, recorded in the file/, /0\.5\d\d below step 2/])
      assert.match(step, part);
    const head = await hoverAt(editor, new vscode.Position(lineWith(editor, '▾ math-aps-1-0'), 3));
    assert.match(head, /math-aps-1-0, row 1\s+4 steps/);
  });

  it('offers in a hover what can be done with the step under the mouse, by links that run nothing else', async () => {
    const completions = ['one', 'two [x](command:quit)', 'three'];
    const editor = await openTrace(scratch('actions.jsonl', `${row({ completions })}\n`));
    const line = lineWith(editor, '2 ✓');
    const text = await hoverAt(editor, new vscode.Position(line, 6));
    const links = [...text.matchAll(/\[([^\]]+)\]\(command:([^?]+)\?([^)]+)\)/gu)];
    assert.deepEqual(
      links.map(([, title]) => title),
      ['Correct', 'Neutral', 'Incorrect', 'First error', 'Score trajectory', 'Show in source', 'Copy step'],
    );
    const follow = (command: string, given: string): Thenable<unknown> =>
      vscode.commands.executeCommand(command, ...(JSON.parse(decodeURIComponent(given)) as unknown[]));
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    const [, , command, given] = links[2]!;
    await follow(command!, given!);
    await waitFor('label of the second step', () => /2 ✗\*/.test(editor.document.getText()));
    assert.doesNotMatch(editor.document.getText(), /[13] ✗/);
    await vscode.commands.executeCommand(command!, editor.document.uri.toString(), 0, 'cfprm.nextPage');
    assert.equal(editor.selection.active.line, line, 'a command that no hover offers');
  });

  it('marks a step with a false equation, and lists its equations in the hover', async () => {
    const completions = ['So 6 * 7 = 43, and 43 - 1 = 42.', 'Let x = 42.', '40 + 2 = 42'];
    const editor = await openTrace(scratch('sums.jsonl', `${row({ completions })}\n`));
    assert.match(editor.document.getText(), /^▾ row 1 · ✓ +false equation 1 /m);
    const step = await hoverAt(editor, new vscode.Position(lineWith(editor, '1 ✓  ≠ '), 6));
    for (const part of ['2 of 2 equations decided', '≠ 6 × 7 = 43: wrong, 6 × 7 is 42', '= 43 - 1 = 42'])
      assert.ok(step.includes(part), `${part} is not in: ${step}`);
    const open = await hoverAt(editor, new vscode.Position(lineWith(editor, '2 ✓    '), 6));
    assert.match(open, /0 of 1 equation decided/);
  });

  it('lists trajectories and their steps in the outline', async () => {
    const { document } = await openTrace(fixture('trl.jsonl'));
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.deepEqual(
      symbols.map((it) => [it.name, it.children.length]),
      [
        ['row 1', 3],
        ['row 2', 3],
        ['row 3', 3],
        ['row 4', 4],
        ['row 5', symbols[4]!.children.length],
      ],
    );
    const step = symbols[1]!.children[1]!;
    assert.equal(step.name, '2 ✗');
    assert.equal(step.detail, 'Together that is 14 + 28 = 52 pages.');
    assert.match(document.lineAt(step.range.start.line).text, /Together that is/);
  });

  it('folds each trajectory to its header', async () => {
    const editor = await openTrace(fixture('trl.jsonl'));
    const ranges = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      editor.document.uri,
    );
    const all = lines(editor);
    assert.deepEqual(
      ranges.map((range) => all[range.start]!.slice(0, 7)),
      ['▾ row 1', '▾ row 2', '▾ row 3', '▾ row 4', '▾ row 5'],
    );
    // The last line of a fold is the trajectory's last step.
    assert.match(all[ranges[1]!.end]!, /The answer is 52\./);
  });

  it('offers the next error, the source line and the first error above each trajectory', async () => {
    const editor = await openTrace(fixture('trl.jsonl'));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      editor.document.uri,
    );
    const at = (text: string): string[] =>
      lenses
        .filter((lens) => lens.range.start.line === lineWith(editor, text))
        .map((lens) => lens.command!.title.replace(/\$\([\w-]+\) /, ''));
    assert.deepEqual(at('▾ row 1'), ['Next error', 'Source line 1']);
    assert.deepEqual(at('▾ row 2'), ['First error 2', 'Next error', 'Source line 2']);
    assert.ok(at('trl.jsonl ·').includes('Merge windows'));
  });
});

function parse(line: string): Row {
  return JSON.parse(line) as Row;
}

async function hoverAt({ document }: vscode.TextEditor, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  const parts = hovers.flatMap((hover) => hover.contents) as vscode.MarkdownString[];
  return parts.map((part) => part.value.replaceAll('&nbsp;', ' ').replaceAll('\\', '')).join('\n');
}
