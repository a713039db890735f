import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPECTED, externalModel, modelFolder, startScorer } from '../../test/support/models';
import { hashedFile, ifUnchanged } from './fileHashes';
import { openModelFolder } from './modelFolder';
import { externalFiles, withExternalFiles } from './onnxGraph';

async function fingerprint(folder: string): Promise<string> {
  const model = await openModelFolder(folder);
  return model.ok ? model.value.fingerprint : assert.fail(model.fault.message);
}

/** Changes one byte, and puts the times back, as a copy that keeps them does. */
function changeByte(path: string, at: number): void {
  const { atime, mtime } = statSync(path);
  const file = openSync(path, 'r+');
  writeSync(file, new Uint8Array([readFileSync(path)[at]! ^ 1]), 0, 1, at);
  utimesSync(path, atime, mtime);
}

describe('the fingerprint of a model', () => {
  it('is another one after any change of a file that the graph names, whatever its name', async () => {
    for (const data of ['weights0123.bin', 'data/part 1', 'model.onnx_data']) {
      const folder = modelFolder('external');
      const model = join(folder, 'model.onnx');
      if (data.includes('/')) mkdirSync(join(folder, 'data'));
      renameSync(join(folder, 'model.onnx_data'), join(folder, 'moved'));
      renameSync(join(folder, 'moved'), join(folder, data));
      writeFileSync(model, withExternalFiles(readFileSync(model), () => data)!);
      assert.deepEqual(await externalFiles(model), [data]);
      const first = await fingerprint(folder);
      writeFileSync(join(folder, 'model.notes.txt'), 'no weights');
      assert.equal(await fingerprint(folder), first);
      changeByte(join(folder, data), 1000);
      assert.notEqual(await fingerprint(folder), first);
    }
  });

  it('stands for every byte of a large file', async () => {
    const folder = externalModel('weights.bin');
    const data = join(folder, 'weights.bin');
    const { size } = statSync(data);
    const seen = new Set([await fingerprint(folder)]);
    for (const share of [0.1, 0.37, 0.5, 0.93]) {
      changeByte(data, Math.floor(size * share));
      seen.add(await fingerprint(folder));
    }
    assert.equal(seen.size, 5);
  });

  it('is not made of a model that is damaged, or names data outside its folder', async () => {
    const folder = modelFolder('external');
    const model = join(folder, 'model.onnx');
    const bytes = readFileSync(model);
    for (const [location, kind] of [
      ['../other', 'model-data-escapes'],
      ['/dev/zero', 'model-data-escapes'],
      ['nowhere.bin', 'model-data-missing'],
    ] as const) {
      writeFileSync(model, withExternalFiles(bytes, () => location)!);
      const opened = await openModelFolder(folder);
      assert.equal(opened.ok ? 'ok' : opened.fault.kind, kind);
    }
    for (let length = 1; length < bytes.length; length += 997) {
      writeFileSync(model, bytes.subarray(0, length));
      assert.equal(await externalFiles(model), undefined, `${length} bytes`);
    }
  });
});

it('a pipe in the place of prm.json keeps nobody waiting', async () => {
  const folder = modelFolder('cfprm');
  rmSync(join(folder, 'prm.json'));
  execFileSync('mkfifo', [join(folder, 'prm.json')]);
  const opened = await openModelFolder(folder);
  assert.equal(opened.ok ? 'ok' : opened.fault.kind, 'card-missing');
});

describe('a hashed file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-hashes-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is told from its successor of the same size and time, and from a copy in its place', async () => {
    const path = join(folder, 'weights');
    writeFileSync(path, 'one');
    const first = await hashedFile(path);
    assert.ok(first.ok);
    assert.ok((await ifUnchanged([first.value])) !== undefined);
    changeByte(path, 0);
    assert.equal(await ifUnchanged([first.value]), undefined);
    changeByte(path, 0);
    assert.ok((await ifUnchanged([first.value])) !== undefined, 'the same bytes again');
    cpSync(path, join(folder, 'copy'));
    renameSync(join(folder, 'copy'), path);
    assert.ok((await ifUnchanged([first.value])) !== undefined);
    rmSync(path);
    assert.ok((await ifUnchanged([first.value])) !== undefined, 'who has it open still has it');
  });

  it('is hashed once, if it is large: the hash is kept for other processes', async () => {
    const [path, data] = [join(folder, 'weights'), join(folder, 'data')];
    writeFileSync(path, '');
    truncateSync(path, 40 * 1024 * 1024);
    const before = process.env.CFPRM_DATA;
    process.env.CFPRM_DATA = data;
    try {
      let hashed = await hashedFile(path);
      while (hashed.ok && !hashed.value.isSettled) {
        assert.equal(existsSync(data), false, 'not before a change would be seen');
        await new Promise((resolve) => setTimeout(resolve, 50));
        hashed = await hashedFile(path);
      }
      assert.ok(hashed.ok);
      const { stamp, sha256 } = hashed.value;
      assert.deepEqual(JSON.parse(readFileSync(join(data, 'file-hashes.json'), 'utf8')), [[stamp, sha256]]);
      assert.equal(sha256, createHash('sha256').update(readFileSync(path)).digest('hex'));
    } finally {
      if (before === undefined) delete process.env.CFPRM_DATA;
      else process.env.CFPRM_DATA = before;
    }
  });

  it('is not read to its end if that is cancelled', async () => {
    const path = join(folder, 'weights');
    writeFileSync(path, 'one');
    const hashed = await hashedFile(path, AbortSignal.abort());
    assert.equal(hashed.ok ? '' : hashed.fault.message, 'Cancelled.');
  });

  it('is a regular one', async () => {
    const hashed = await hashedFile('/dev/zero');
    assert.match(hashed.ok ? '' : hashed.fault.message, /is not a regular file/);
  });
});

describe('a scorer whose weights change under it', () => {
  it('gives no score of which it is not sure whose it is', async () => {
    const folder = externalModel('weights0123.bin');
    const scorer = await startScorer(folder);
    const row = EXPECTED.external!.rows[0] ?? { problem: 'p', steps: ['1', '2'] };
    const [before] = await scorer.score([row]);
    assert.ok(before!.ok);
    changeByte(join(folder, 'weights0123.bin'), 1000);
    const after = await scorer.score([{ ...row, problem: 'another' }, row]);
    const { fault } = scorer;
    await scorer.stop();
    assert.deepEqual(
      after.map((result) => (result.ok ? 'ok' : result.fault.kind)),
      ['model-changed', 'model-changed'],
    );
    assert.equal(fault?.kind, 'model-changed');
  });
});
