import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readlinkSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { cliPath, runOnTinyDisk } from '../../test/support/cli';
import { rowLines, TraceFolder } from '../../test/support/traceFolder';
import { openSource } from './openSource';
import { hostTag, processPlace } from './processes';
import { TraceFile } from './traceFile';

if (process.platform === 'linux') {
  /** Temporary files that a process has open; they have no names any more. */
  const spoolsOf = (pid: number | 'self'): string[] =>
    readdirSync(`/proc/${pid}/fd`)
      .map((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`);
        } catch {
          return ''; // closed meanwhile
        }
      })
      .filter((target) => target.includes('cfprm-spool-'));

  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  const leftIn = (place: string): string[] =>
    readdirSync(place).filter((name) => name.startsWith('cfprm-spool-'));

  describe('the temporary file of a compressed file', () => {
    const folder = TraceFolder.use();

    let place: string;
    const usual = process.env.TMPDIR;
    // It is made once for all tests, where this process finds it later.
    before(() => void cliPath());
    beforeEach(async () => {
      await until(() => spoolsOf('self').length === 0);
      place = path.join(folder.path, 'tmp');
      mkdirSync(place);
      process.env.TMPDIR = place;
    });
    afterEach(() => {
      if (usual === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = usual;
    });

    it('is shared by all who have the file open, and gone when the last one closes', async () => {
      const { file, rows } = folder.writeLarge('shared.gz');
      const [a, b] = [await folder.open(file), await folder.open(file)];
      await Promise.all([a.whenIndexed(), b.whenIndexed()]);
      assert.equal(spoolsOf('self').length, 1);
      assert.deepEqual(leftIn(place), [], 'it has no name that could be left');
      await a.close();
      const reading = await b.read([rows - 1]);
      assert.ok(reading.ok && reading.value[0]!.result.ok, 'the other one still reads');
      assert.equal(spoolsOf('self').length, 1);
      await b.close();
      await b.close();
      assert.deepEqual(spoolsOf('self'), []);
    });

    it('goes at once when the file is closed while it is being unpacked', async () => {
      const trace = await folder.open(folder.writeLarge('stopped.gz').file);
      assert.equal(spoolsOf('self').length, 1);
      assert.equal(trace.complete, false);
      await trace.close();
      assert.deepEqual(spoolsOf('self'), []);
    });

    it('is not made anew for reading that had only begun when the file was closed', async () => {
      const { file } = folder.writeLarge('begun.gz');
      const made = new Set<string>();
      const watching = watch(place, (_, name) => void made.add(name ?? ''));
      const trace = await folder.open(file);
      const reading = trace.read([0]);
      await trace.close();
      await reading;
      writeFileSync(path.join(place, 'end'), '');
      await until(() => made.has('end'));
      watching.close();
      assert.equal([...made].filter((name) => name.startsWith('cfprm-spool-')).length, 1);
    });

    it('goes when the file was replaced, and another one comes', async () => {
      const file = folder.write('rows.gz', gzipSync(rowLines(10)));
      const trace = await folder.open(file);
      await trace.whenIndexed();
      writeFileSync(file, gzipSync(rowLines(20)));
      assert.ok((await trace.refresh()).ok);
      await trace.whenIndexed();
      assert.equal(spoolsOf('self').length, 1);
      const reading = await trace.read([19]);
      assert.ok(reading.ok && reading.value[0]!.result.ok, 'the one that is left has the new rows');
      await trace.close();
      assert.deepEqual(spoolsOf('self'), []);
    });

    it('is not left by a file that cannot be opened', async () => {
      assert.equal((await TraceFile.open(folder.write('odd.gz', gzipSync('{"x":1}')))).ok, false);
      await until(() => spoolsOf('self').length === 0);
    });

    it('does not survive a process that is killed', async () => {
      const { file } = folder.writeLarge('killed.gz');
      const child = spawn(process.execPath, [cliPath(), 'inspect', file], { stdio: 'ignore' });
      const ended = new Promise<string | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
      // Its folder goes a moment after its name; what is left in between is removed by the next one, see below.
      await until(
        () =>
          spoolsOf(child.pid!).some((target) => target.endsWith(' (deleted)')) && leftIn(place).length === 0,
      );
      child.kill('SIGKILL');
      assert.equal(await ended, 'SIGKILL');
      assert.deepEqual(leftIn(place), []);
    });

    it('is removed if a process that lives no longer left it with a name, and only then', async () => {
      const here = processPlace() ?? hostTag();
      const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
      await new Promise((resolve) => dead.on('exit', resolve));
      const names = [dead.pid, process.ppid].map((pid) => `cfprm-spool-${here}-${pid}-aB3xYz`);
      names.push(`cfprm-spool-elsewhere.${here}-${dead.pid}-aB3xYz`);
      for (const name of names) {
        mkdirSync(path.join(place, name));
        writeFileSync(path.join(place, name, 'content'), 'x');
      }
      await (await folder.open(folder.write('rows.gz', gzipSync(rowLines(3))))).whenIndexed();
      assert.deepEqual(
        names.map((name) => existsSync(path.join(place, name))),
        [false, true, true],
      );
    });

    it('says where there is no room for it, before the disk is full', async () => {
      const { file } = folder.writeLarge('full.gz');
      const disk = path.join(folder.path, 'disk');
      mkdirSync(disk);
      const script = `TMPDIR="${disk}" "${process.execPath}" "${cliPath()}" inspect "${file}"`;
      const run = await runOnTinyDisk(disk, 30, script);
      assert.equal(run.code, 2, run.err);
      assert.equal(run.out, '');
      assert.match(
        run.err,
        /cannot be unpacked beyond byte \d+ of its content: about \d+ MB are still to come, and .*disk has \d+ MB free/,
      );
      assert.match(run.err, /Free some space, set TMPDIR .*, or unpack the file yourself \(gunzip -k\)/);
    });

    it('says where it may not be made', async () => {
      process.env.TMPDIR = path.join(folder.path, 'none');
      const source = await openSource(folder.write('rows.gz', gzipSync(rowLines(3))));
      assert.ok(!source.ok);
      assert.match(
        source.fault.message,
        /cannot be unpacked .*none cannot be written to \(ENOENT\).*set TMPDIR/,
      );
    });
  });
}
