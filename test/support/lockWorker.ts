import { hostname } from 'node:os';
import { FileLock } from '../../src/io/fileLock';

// `lockWorker LOCK [PLACE]` takes a lock, prints who it is as JSON, and holds the lock until it is killed. PLACE stands
// in for another process namespace where the system does not let the test make one.

async function main(lock: string, place: string | undefined): Promise<void> {
  const taken = await FileLock.take(lock, { limits: { beat: 20 }, place });
  if (!taken.ok) throw new Error(taken.fault.message);
  process.stdout.write(`${JSON.stringify({ pid: process.pid, host: hostname() })}\n`);
  setInterval(() => undefined, 1000);
}

main(process.argv[2] ?? '', process.argv[3]).catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
