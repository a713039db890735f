import { spawnSync } from 'node:child_process';

/** What one run of a command took. */
export interface Measurement {
  readonly seconds: number;
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  /** Peak resident memory, in 10^6 bytes. */
  readonly peakMegabytes: number;
}

/** Node cannot ask for a child's peak memory; Python can. */
const WRAPPER = `
import json, resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds = time.monotonic() - start
use = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = use.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([code, seconds, use.ru_utime + use.ru_stime, peak]))
`;

/** Runs a command in a process of its own and measures it; throws if it ends with more than `most`. */
export function measure(command: string, args: readonly string[], most = 0): Measurement {
  const run = spawnSync('/usr/bin/env', ['python3', '-c', WRAPPER, command, ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`The measurement failed: ${run.error?.message ?? run.stderr}`);
  const [code, seconds, cpuSeconds, peak] = JSON.parse(run.stdout) as [number, number, number, number];
  if (code < 0 || code > most)
    throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${run.stderr}`);
  return { seconds, cpuSeconds, peakMegabytes: peak / 1e6 };
}

/** The fastest of several measurements: noise only ever adds. */
export function best(measurements: readonly Measurement[]): Measurement {
  return measurements.reduce((a, b) => (b.seconds < a.seconds ? b : a));
}
