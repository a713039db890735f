import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '..');

/** A rule of CONTRIBUTING.md, broken by one file, and who has to complain about it. */
interface Violation {
  readonly what: string;
  readonly file: string;
  readonly source: string;
  readonly by: readonly ('types' | 'linter')[];
}

const VIOLATIONS: readonly Violation[] = [
  {
    what: 'core imports io',
    file: 'src/core/violation.ts',
    source: "export { target } from '../io/target';\n",
    by: ['types'],
  },
  {
    what: 'core imports a module of Node',
    file: 'src/core/violation.ts',
    source: "export { readFile } from 'node:fs';\n",
    by: ['types'],
  },
  {
    what: "core uses Node's globals",
    file: 'src/core/violation.ts',
    source: 'export const directory = process.cwd();\n',
    by: ['types'],
  },
  {
    what: "core imports 'vscode'",
    file: 'src/core/violation.ts',
    source: "import { window } from 'vscode';\n\nexport const editor = window.activeTextEditor;\n",
    by: ['linter'],
  },
  {
    what: "io imports 'vscode'",
    file: 'src/io/violation.ts',
    source: "import { window } from 'vscode';\n\nexport const editor = window.activeTextEditor;\n",
    by: ['linter'],
  },
  {
    what: "scorer imports 'vscode'",
    file: 'src/scorer/violation.ts',
    source: "import { window } from 'vscode';\n\nexport const editor = window.activeTextEditor;\n",
    by: ['linter'],
  },
  {
    what: 'scorer imports cli',
    file: 'src/scorer/violation.ts',
    source: "export { target } from '../cli/target';\n",
    by: ['types'],
  },
  {
    what: "runner imports 'vscode'",
    file: 'src/runner/violation.ts',
    source: "import { window } from 'vscode';\n\nexport const editor = window.activeTextEditor;\n",
    by: ['linter'],
  },
  {
    what: 'runner imports scorer',
    file: 'src/runner/violation.ts',
    source: "export { target } from '../scorer/target';\n",
    by: ['types'],
  },
  {
    what: 'io imports scorer',
    file: 'src/io/violation.ts',
    source: "export { target } from '../scorer/target';\n",
    by: ['types'],
  },
  {
    what: 'cli imports vscode/',
    file: 'src/cli/violation.ts',
    source: "export { target } from '../vscode/target';\n",
    by: ['types'],
  },
  {
    what: 'shared imports io',
    file: 'src/shared/violation.ts',
    source: "export { target } from '../io/target';\n",
    by: ['types'],
  },
  {
    what: 'a page imports io',
    file: 'webview/violation/main.ts',
    source: "export { target } from '../../src/io/target';\n",
    by: ['types'],
  },
  {
    what: "a page imports 'vscode'",
    file: 'webview/violation/main.ts',
    source: "import { window } from 'vscode';\n\nexport const editor = window.activeTextEditor;\n",
    by: ['linter'],
  },
  {
    what: 'a page imports the UI kit',
    file: 'webview/violation/main.ts',
    source: "import { Button } from '@vscode/webview-ui-toolkit';\n\nexport const button = Button;\n",
    by: ['linter'],
  },
  {
    what: 'a page imports a part of the UI kit',
    file: 'webview/violation/main.ts',
    source: "import { Button } from '@vscode/webview-ui-toolkit/react';\n\nexport const button = Button;\n",
    by: ['linter'],
  },
  {
    what: "webview/ui imports 'vscode'",
    file: 'webview/ui/violation.ts',
    source: "import { window } from 'vscode';\n\nexport const editor = window.activeTextEditor;\n",
    by: ['linter'],
  },
  {
    what: 'vscode/ imports the UI kit',
    file: 'src/vscode/violation.ts',
    source: "import { Button } from '@vscode/webview-ui-toolkit';\n\nexport const button = Button;\n",
    by: ['linter'],
  },
];

/** What may be imported where it belongs: shows that the rules above do not hit everything. */
const LAWFUL: readonly Violation[] = [
  {
    what: "vscode/ imports 'vscode', io and core",
    file: 'src/vscode/lawful.ts',
    source: [
      "import { window } from 'vscode';",
      "import { ok } from '../core/result';",
      "import { target } from '../io/target';",
      '',
      'export const all = [window, ok, target];',
      '',
    ].join('\n'),
    by: [],
  },
  {
    what: 'cli imports io, core and modules of Node',
    file: 'src/cli/lawful.ts',
    source: [
      "import { readFileSync } from 'node:fs';",
      "import { ok } from '../core/result';",
      "import { target } from '../io/target';",
      '',
      'export const all = [readFileSync, ok, target];',
      '',
    ].join('\n'),
    by: [],
  },
];

const PROJECTS = [
  'src/core',
  'src/io',
  'src/scorer',
  'src/runner',
  'src/cli',
  'src/shared',
  'src/vscode',
  'webview',
];

describe('the dependency rule', function () {
  this.timeout(60_000);
  let copy = '';

  // The configuration as it is, around sources that are small and never broken by anything but the test.
  before(() => {
    copy = mkdtempSync(path.join(os.tmpdir(), 'cfprm-structure-'));
    const settings = readdirSync(root).filter((name) => /^(?:tsconfig.*|biome|package)\.json$/.test(name));
    for (const name of [...settings, '.gitignore']) cpSync(path.join(root, name), path.join(copy, name));
    for (const project of PROJECTS)
      cpSync(path.join(root, project, 'tsconfig.json'), path.join(copy, project, 'tsconfig.json'));
    for (const file of ['result.ts', 'platform.d.ts'])
      cpSync(path.join(root, 'src/core', file), path.join(copy, 'src/core', file));
    for (const project of PROJECTS.slice(1))
      writeFileSync(path.join(copy, project, 'target.ts'), 'export const target = 1;\n');
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  function node(program: string, ...args: readonly string[]): { passed: boolean; output: string } {
    const file = path.join(root, 'node_modules', program);
    const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
      cwd: copy,
      encoding: 'utf8',
    });
    return { passed: status === 0, output: stdout + stderr };
  }
  const types = (project: string) => node('typescript/bin/tsc', '-b', project);
  const linter = (...args: readonly string[]) =>
    node('@biomejs/biome/bin/biome', 'lint', '--error-on-warnings', '--colors=off', ...args);

  /** Adds a file, asks both, and takes it away again. */
  function ask({ file, source }: Violation) {
    const full = path.join(copy, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, source);
    try {
      const project = PROJECTS.find((folder) => file.startsWith(`${folder}/`));
      assert.ok(project);
      return { types: types(project), linter: linter(file) };
    } finally {
      rmSync(full);
    }
  }

  it('lets the untouched folders pass', () => {
    for (const project of PROJECTS) {
      const { passed, output } = types(project);
      assert.ok(passed, output);
    }
    const { passed, output } = linter();
    assert.ok(passed, output);
  });

  for (const lawful of LAWFUL)
    it(`lets pass: ${lawful.what}`, () => {
      const answers = ask(lawful);
      assert.ok(answers.types.passed, answers.types.output);
      assert.ok(answers.linter.passed, answers.linter.output);
    });

  for (const violation of VIOLATIONS)
    it(`refuses: ${violation.what}`, () => {
      const answers = ask(violation);
      for (const by of violation.by) {
        const { passed, output } = answers[by];
        assert.ok(!passed, `the ${by} did not complain`);
        assert.ok(output.includes(path.basename(violation.file)), output);
        if (by === 'linter') assert.match(output, /noRestrictedImports/);
      }
    });
});
