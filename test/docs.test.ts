import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targets } from '../src/core/convert/converter';
import { LOSSES, type Loss } from '../src/core/formats/losses';
import { formatIds, formats } from '../src/core/formats/registry';
import { SPLIT_RULES } from '../src/core/formats/splitText';
import { runCli } from './support/cli';
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
      assert.deepEqual([files.length, examples.length], [3, 7]);
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
