import { Worker } from 'node:worker_threads';
import { OWNER } from './ownChild';

// An early import of a child process: it ends when its owner is gone, whatever it is doing. A loop in a model's chat
// template, or a run of a native library, keeps the event loop from seeing that the channel was closed; a thread of its
// own looks at the owner.

const POLL_MS = 500;

/** Runs in the thread: a text, so that every bundle has it without a file of its own. */
const WATCH = `
const { owner, pollMs } = require('node:worker_threads').workerData;
function isGone() {
  if (process.platform !== 'win32' && process.ppid !== owner) return true;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
setInterval(() => {
  if (isGone()) process.kill(process.pid, 'SIGKILL');
}, pollMs);
`;

const owner = Number(process.env[OWNER]);
if (owner > 0) {
  const workerData = { owner, pollMs: POLL_MS };
  new Worker(WATCH, { eval: true, workerData, resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref();
}
