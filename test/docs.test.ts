import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { targets } from '../src/core/convert/converter';
import { COLUMN_GROUPS, STEP_FEATURES } from '../src/core/features/stepFeatures';
import { LOSSES, type Loss } from '../src/core/formats/losses';
import { formatIds, formats } from '../src/core/formats/registry';
import { SPLIT_RULES } from '../src/core/formats/splitText';
import { runCli } from './support/cli';
import { manifest } from './support/manifest';
import { root } from './support/rows';

const page = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');

/** The text of a page's blocks of this language. */
function blocks(text: string, language: string): string[] {
  const fences = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gmsu'));
  return [...fences].map(([, block]) => block!);
}

/** The cells of the table whose head begins with this, without the head. */
function table(text: string, head: string): string[][] {
  const from = text.indexOf(`| ${head} |`);
  assert.ok(from >= 0, head);
  const [lines] = text.slice(from).split('\n\n');
  return lines!
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '));
}

const inCode = (ids: readonly string[]): string => ids.map((id) => `\`${id}\``).join(', ');

describe('docs/command-line.md', () => {
  it('shows what its examples really print', async () => {
    const text = page('command-line.md');
    const folder = mkdtempSync(join(tmpdir(), 'cfprm-docs-'));
    try {
      const files = [...text.matchAll(/`(\w+\.jsonl)`:\n\n```json\n(.*?)^```$/gmsu)];
      for (const [, name, rows] of files) writeFileSync(join(folder, name!), rows!);
      const examples = blocks(text, 'console');
      assert.deepEqual([files.length, examples.length], [3, 8]);
      for (const example of examples) {
        const end = example.indexOf('\n');
        const [prompt, name, ...args] = example.slice(0, end).split(' ');
        assert.deepEqual([prompt, name], ['$', 'cfprm']);
        const { out, err } = await runCli(args, { cwd: folder });
        assert.equal(example.slice(end + 1), err + out);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('docs/formats.md', () => {
  const text = page('formats.md');

  it('names every format', () => {
    const named = table(text, 'id').map(([id]) => id!.slice(1, -1));
    assert.deepEqual([...named].sort(), [...formatIds].sort());
  });

  it('says by which rule each format splits whole texts', () => {
    const rules = table(text, 'rule').map(([rule, , usual]) => [rule, usual]);
    const expected = SPLIT_RULES.map(({ rule }) => {
      const ids = formats.filter((format) => format.split === rule).map(({ id }) => id);
      return [`\`${rule}\``, ids.length === 0 ? '–' : inCode(ids)];
    });
    assert.deepEqual(rules, expected);
  });

  it('says what every format that is written cannot hold', () => {
    const expected = Object.entries(LOSSES).map(([kind, { words }]) => {
      const held = targets.map(({ writer }) => (writer!.cannotHold.includes(kind as Loss) ? 'lost' : 'kept'));
      return [words, ...held];
    });
    assert.deepEqual(table(text, 'what'), expected);
    assert.ok(text.includes(`| what | ${targets.map(({ id }) => `\`${id}\``).join(' | ')} |`));
  });
});

describe('the documents', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const { commands, configuration } = manifest<{
    contributes: {
      commands: { title: string }[];
      configuration: { properties: Record<string, unknown> };
    };
  }>().contributes;

  it('name commands by the titles that they have', () => {
    const titles = commands.map(({ title }) => `CFPRM: ${title}`);
    const wrong = pages.flatMap((page) => {
      const text = readFileSync(join(root, page), 'utf8').replaceAll('\n', ' ');
      const named = [...text.matchAll(/`(CFPRM: [^`]+)`|\*\*(CFPRM: [^*]+)\*\*/g)].map(
        ([, a, b]) => (a ?? b)!,
      );
      return named.filter((name) => !titles.includes(name)).map((name) => `${page}: ${name}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('give users every setting in the README', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const table = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## Privacy'));
    const missing = Object.keys(configuration.properties).filter((name) => !table.includes(`\`${name}\``));
    assert.deepEqual(missing, []);
  });

  it('name settings that there are, and every setting is described', () => {
    const settings = Object.keys(configuration.properties);
    const wrong = pages.flatMap((page) => {
      const named = [...readFileSync(join(root, page), 'utf8').matchAll(/`(cfprm\.\w+\.\w+)`/g)].map(
        ([, name]) => name!,
      );
      return named.filter((name) => !settings.includes(name)).map((name) => `${page}: ${name}`);
    });
    assert.deepEqual(wrong, []);
    assert.ok(settings.length <= 20, `${settings.length} settings`);
    for (const [name, value] of Object.entries(configuration.properties)) {
      const { description, markdownDescription } = value as Record<string, string | undefined>;
      assert.ok((description ?? markdownDescription ?? '').length > 20, name);
    }
  });

  it('link to pages that are there', () => {
    for (const page of pages) {
      const text = readFileSync(join(root, page), 'utf8');
      for (const [, link] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
        assert.ok(existsSync(join(root, dirname(page), link!)), `${page}: ${link}`);
    }
  });
});

describe('docs/step-features.md', () => {
  const text = page('step-features.md');

  it('says what every column is, in the order of the numbers', () => {
    const expected = COLUMN_GROUPS.flatMap(({ title, columns }) => [
      [`**${title}**`, '–'],
      ...columns.map(({ name, about }) => [`\`${name}\``, about]),
    ]);
    assert.deepEqual(table(text, 'column'), expected);
  });

  it('names the set, its version and its size', () => {
    const { name, version, size } = STEP_FEATURES;
    assert.ok(text.includes(`The set is \`${name}\`, version ${version}, ${size} numbers`));
  });
});
