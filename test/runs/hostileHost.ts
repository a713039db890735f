import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A stand-in for `ssh` that does what it is told on this machine, honestly, but for scripts that contain a text: those
 * it answers with what another script prints.
 */
export class HostileSsh {
  private readonly folder = mkdtempSync(join(tmpdir(), 'cfprm-hostile-'));
  private readonly path = process.env.PATH;

  constructor() {
    const program = `#!/bin/sh
for last; do :; done
text=$(printf %s "$last" | sed -n 's/.*printf %s \\([A-Za-z0-9+/=]*\\) .*/\\1/p' | base64 -d)
when=$(cat ${this.folder}/when)
case $text in
*"$when"*) exec sh ${this.folder}/answer ;;
*) exec sh -c "$last" ;;
esac
`;
    writeFileSync(join(this.folder, 'ssh'), program);
    chmodSync(join(this.folder, 'ssh'), 0o755);
    this.behave();
    process.env.PATH = `${this.folder}:${this.path}`;
  }

  /** Answers scripts that contain `when` with what `answer` prints behind the mark that begins every answer. */
  lie(when: string, answer: string, mark = "printf '\\001cfprm\\001\\n'"): void {
    writeFileSync(join(this.folder, 'when'), when);
    writeFileSync(join(this.folder, 'answer'), `${mark}\n${answer}\n`);
  }

  /** Answers everything honestly from here on. */
  behave(): void {
    this.lie('no script contains this', 'exit 1');
  }

  /** Gives the system's own ssh back. */
  stop(): void {
    process.env.PATH = this.path;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Writes files below a folder, by their paths. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }
}
