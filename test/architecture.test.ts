import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '..');
const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');

/** The folders in a folder, with that folder before them. */
const foldersIn = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}`);

/** The projects: folders of src with a tsconfig.json, and webview. */
const projects = [...foldersIn('src'), 'webview'].filter((folder) =>
  existsSync(path.join(root, folder, 'tsconfig.json')),
);

describe('docs/architecture.md', () => {
  it('draws the arrows that the projects have', () => {
    const real = projects.flatMap((project) => {
      const { references = [] } = JSON.parse(
        readFileSync(path.join(root, project, 'tsconfig.json'), 'utf8'),
      ) as {
        references?: { path: string }[];
      };
      return references.map((to) => `${path.basename(project)} --> ${path.basename(to.path)}`);
    });
    const drawn = [...page.matchAll(/^ {2}(\w+ --> \w+)$/gm)].map(([, arrow]) => arrow);
    assert.deepEqual(drawn.sort(), real.sort());
  });

  it('names every room, and none that is not there', () => {
    const named = [...page.matchAll(/^\| `([\w/]+)` \|/gm)].map(([, room]) => room!);
    const inner = ['src/core', 'src/vscode', 'webview'].flatMap(foldersIn);
    const outer = projects.filter((project) => !inner.some((room) => room.startsWith(`${project}/`)));
    assert.deepEqual(named.sort(), [...inner, ...outer].sort());
  });

  it('names files that are there', () => {
    const files = [...page.matchAll(/`((?:core|io|scorer|vscode|cli)\/[\w/]+)`/g)].map(([, file]) => file!);
    assert.ok(files.length > 10);
    for (const file of files)
      assert.ok(
        existsSync(path.join(root, `src/${file}.ts`)) || existsSync(path.join(root, 'src', file)),
        file,
      );
  });
});
