import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from './support/cli';
import { root } from './support/rows';

const page = readFileSync(join(root, 'docs/command-line.md'), 'utf8');

/** The text of the page's blocks of this language. */
function blocks(language: string): string[] {
  const fences = page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gmsu'));
  return [...fences].map(([, text]) => text!);
}

describe('docs/command-line.md', () => {
  it('shows what its examples really print', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cfprm-docs-'));
    try {
      writeFileSync(join(folder, 'steps.jsonl'), blocks('json')[0]!);
      const examples = blocks('console');
      assert.equal(examples.length, 5);
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
