// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of programs stand in it
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { translationFindings } from '../scripts/l10n.mjs';
import { markedTexts } from '../scripts/sourceTexts.mjs';
import { unmarkedTexts } from '../scripts/unmarkedTexts.mjs';

const root = path.resolve(__dirname, '..');

describe('texts in German', () => {
  let texts: Record<string, string>;
  before(() => {
    const script = path.join(root, 'test/support/germanTexts.ts');
    texts = JSON.parse(execFileSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' }));
  });

  it('have the plurals of German, and its thousands', () => {
    // DIN 1333: groups of three, with a narrow space that does not break; a point would look like that of a score.
    assert.equal(texts.thousands, '1\u202f234\u202f567');
    assert.equal(texts.oneRow, '1 Zeile');
    assert.equal(texts.manyRows, '1\u202f200 Zeilen');
    assert.equal(texts.noStep, '0 Schritte');
    assert.equal(texts.trajectories, '2 Trajektorien');
  });

  it('name labels and states', () => {
    assert.equal(texts.label, 'falsch');
    assert.equal(texts.softLabel, 'weiches Label 0.25');
    assert.equal(texts.state, 'läuft');
  });

  it('say what is wrong, with its values in their places', () => {
    assert.equal(texts.sizes, 'min ist 3 und max ist 2: min darf nicht größer sein.');
    assert.equal(texts.choices, 'tail ist "most", muss aber keep, drop, split oder extend sein.');
    assert.match(texts.labels!, /^labels hat 1 Eintrag für 3 Completions\. Je Schritt ein Label geben/);
    assert.equal(texts.kind, 'completions muss eine Liste von Texten sein, gefunden: eine Zahl.');
    assert.equal(texts.cut, 'endet in einem Objekt: die Zeile ist abgeschnitten');
    assert.equal(texts.why, '1 von 1 Stichprobenzeile hat prompt und completions');
  });
});

describe('every program that speaks to users', () => {
  it('takes its language before any text is made', () => {
    const pages = readdirSync(path.join(root, 'webview'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'ui')
      .map(({ name }) => [`webview/${name}/main.ts`, '../ui/texts']);
    assert.ok(pages.length >= 3);
    const programs = [
      ['src/extension.ts', './vscode/l10n'],
      ['src/io/bonProcess.ts', './ownersTexts'],
      ['src/scorer/scorerProcess.ts', '../io/ownersTexts'],
    ];
    for (const [file, first] of [...pages, ...programs]) {
      const imports = readFileSync(path.join(root, file!), 'utf8').match(/^import .*$/gm) ?? [];
      const own = imports.filter((line) => !line.includes("'@vscode/l10n'"));
      assert.equal(own[0], `import '${first}';`, file);
    }
  });
});

describe('npm run check', () => {
  it('tells a text that is put together before it is translated', () => {
    const source = "import { t } from '@vscode/l10n';\nt(`${name} is gone`);\nt('fine {0}', 1);\n";
    const { texts, findings } = markedTexts(source);
    assert.deepEqual(Object.keys(texts), ['fine {0}']);
    assert.match(findings.join(), /^2: t\(\) takes a literal text/);
  });

  it('tells placeholders without values, and values without placeholders', () => {
    const source =
      "import { t } from '@vscode/l10n';\nt('{0} of {1}', 1);\nt('none', 1);\nt('{0} and {0}', 1);\n";
    assert.deepEqual(
      markedTexts(source).findings.map((finding) => finding.slice(0, 2)),
      ['2:', '3:'],
    );
  });

  it('knows a text with a comment by both', () => {
    const source = "import { t } from '@vscode/l10n';\nt({ message: 'Open', comment: 'a verb' });\n";
    assert.deepEqual(markedTexts(source).texts, { 'Open/a verb': 'Open' });
  });

  it('tells what a translation lacks, has too much, or has otherwise', () => {
    const english = { a: '{0} rows', b: 'Stop', c: '[Go](command:cfprm.goTo)' };
    const own = { a: '{1} Zeilen', c: '[Los](command:cfprm.run)', d: 'alt' };
    const findings = translationFindings({ file: 'x.json', english, own });
    assert.equal(findings.length, 4);
    assert.match(findings[0]!, /other placeholders than "\{0\} rows"/);
    assert.match(findings[1]!, /no translation of "b"/);
    assert.match(findings[2]!, /other links/);
    assert.match(findings[3]!, /"d" is used no more/);
    assert.deepEqual(translationFindings({ file: 'x.json', english, own: english }), []);
  });

  const UNMARKED = [
    "vscode.window.showErrorMessage('CFPRM: this did not work');",
    'vscode.window.setStatusBarMessage(`CFPRM: ${n} found`, 1);',
    "const item = { title: 'Filter', run };",
    "item.tooltip = 'Go there';",
    "const read = () => fail('No such row.');",
    "const words = n === 1 ? 'one row' : many;",
    'const words = `${n} rows`;',
    "cell.append(el('p.dim', 'Counting…'));",
    "list.setAttribute('aria-label', 'Problems; Enter shows one');",
    'const line = `${name}: not read`;',
  ];
  for (const source of UNMARKED)
    it(`tells the text in ${source}`, () => assert.equal(unmarkedTexts(source).length, 1));

  const SILENT = [
    "t('CFPRM: this did not work');",
    "log.info('read the file');",
    "throw new Error('this is a bug');",
    "import { x } from './a thing';",
    "type Kind = 'of this' | 'of that';",
    "if (kind === 'some other one') go();",
    "const field = { path: 'label.steps', kind: 'too-long' };",
    "el('span.word', name);",
    "counted(n, 'edited label');",
  ];
  for (const source of SILENT) it(`lets ${source} pass`, () => assert.deepEqual(unmarkedTexts(source), []));
});
