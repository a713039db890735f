import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { t } from '@vscode/l10n';
import { type Failure, fail, ok, type Result } from '../core/result';
import { fileDigest } from '../io/fileDigest';
import { fileFault } from '../io/fileFault';
import { exists } from '../io/temporaryPlace';
import { writeFault } from '../io/writeFault';
import { type Host, isTooLong, isUnreachable, output, scriptFault } from './host';
import { quotePath } from './quote';

/** Attempts at moving one file over a connection that breaks. */
const ATTEMPTS = 4;
const PAUSE_MS = 500;

/** Prints the SHA-256 of the file `$1` in hexadecimal digits; GNU and BSD have it under different names. */
export const SHA256 = `sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -c 1-64
}
`;

/** Puts a small text in a file as one step; the folder is made. */
export async function putText(host: Host, path: string, text: string, task: string): Promise<Result<void>> {
  const script = `set -e
f=${quotePath(path)}
mkdir -p -- "$(dirname -- "$f")"
trap 'rm -f -- "$f.$$"' EXIT
cat > "$f.$$"
mv -f -- "$f.$$" "$f"
`;
  const put = await output(host, script, task, { input: [Buffer.from(text)] });
  return put.ok ? ok(undefined) : put;
}

/**
 * At most `limit` bytes of a host's file from an offset on, and the file's size. A file that is not there is empty.
 */
export async function readFrom(
  host: Host,
  path: string,
  offset: number,
  limit: number,
): Promise<Result<{ readonly bytes: Buffer; readonly size: number }>> {
  const script = `f=${quotePath(path)}
[ -f "$f" ] || { echo 0; exit 0; }
size=$(wc -c < "$f" | tr -d ' ')
echo "$size"
tail -c +${offset + 1} -- "$f" | head -c ${limit}
`;
  const ran = await host.run(script, { limit: limit + 64 });
  if (!ran.ok) return ran;
  if (ran.value.code !== 0) return scriptFault(host, ran.value, t('Reading {0}', path));
  const end = ran.value.stdout.indexOf('\n');
  const [bytes, size] = [
    ran.value.stdout.subarray(end + 1),
    Number(ran.value.stdout.subarray(0, Math.max(0, end))),
  ];
  if (!Number.isSafeInteger(size) || size < 0 || bytes.length > limit)
    return fail(
      t('{0} does not answer as it should when {1} is read. Look at that file there.', host.name, path),
    );
  return ok({ bytes, size });
}

/** A file to move, known by what it holds. */
export interface Content {
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** What a move of one file needs beside the file. */
export interface MoveOptions {
  readonly signal?: AbortSignal;
  /** Gets the bytes of each piece that was moved. */
  onBytes?(bytes: number): void;
}

/**
 * Sends a file to `target` on the host, under the name `part` until it is whole and its checksum right. What is
 * in `part` already is not sent again; a connection that breaks is tried again from there. Faults: the file changed,
 * the disk is full, the host stays out of reach.
 */
export async function putFile(
  host: Host,
  source: string,
  content: Content,
  place: { readonly part: string; readonly target: string },
  options: MoveOptions = {},
): Promise<Result<void>> {
  const task = t('The upload of {0}', source);
  let repeated = false;
  return again(async () => {
    const there = await partSize(host, place.part, task);
    if (!there.ok) return there;
    const from = there.value <= content.bytes ? there.value : 0;
    const sent = await sendRest(host, source, from, place.part, task, options);
    if (!sent.ok) return sent;
    const named = await giveName(host, content, place, task);
    if (!named.ok || named.value) return named.ok ? ok(undefined) : named;
    // What an earlier attempt left was of something else: once more from the start.
    if (!repeated) {
      repeated = true;
      return putFile(host, source, content, place, options);
    }
    return fail(t('{0} changed while it was sent. Start again when nothing writes to it.', source));
  });
}

async function partSize(host: Host, part: string, task: string): Promise<Result<number>> {
  const script = `f=${quotePath(part)}
mkdir -p -- "$(dirname -- "$f")" && if [ -f "$f" ]; then wc -c < "$f"; else echo 0; fi`;
  const size = await output(host, script, task);
  if (!size.ok) return size;
  const bytes = /^\d{1,15}$/u.test(size.value.trim()) ? Number(size.value) : 0;
  return ok(bytes);
}

async function sendRest(
  host: Host,
  source: string,
  from: number,
  part: string,
  task: string,
  { signal, onBytes }: MoveOptions,
): Promise<Result<void>> {
  const file = createReadStream(source, { start: from });
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of file as AsyncIterable<Buffer>) {
      yield piece;
      onBytes?.(piece.length);
    }
  }
  onBytes?.(from);
  try {
    const script = `cat ${from === 0 ? '>' : '>>'} ${quotePath(part)}`;
    const sent = await output(host, script, task, { input: counted(), ...(signal && { signal }) });
    return sent.ok ? ok(undefined) : sent;
  } catch (error) {
    return fileFault(error, source);
  } finally {
    file.destroy();
  }
}

/** True if the part was what it should be and has its name now; a wrong one is removed. */
async function giveName(
  host: Host,
  { sha256 }: Content,
  { part, target }: { readonly part: string; readonly target: string },
  task: string,
): Promise<Result<boolean>> {
  const script = `${SHA256}set -e
part=${quotePath(part)}
target=${quotePath(target)}
if [ "$(sha256 "$part")" != ${sha256} ]; then rm -f -- "$part"; echo wrong; exit 0; fi
chmod a-w -- "$part"
mv -f -- "$part" "$target"
echo right
`;
  const said = await output(host, script, task);
  return said.ok ? ok(said.value.trim() === 'right') : said;
}

/**
 * Fetches a host's file behind what `target` holds of it already, then compares the checksum. Faults: those of both
 * file systems; the file changed on the host.
 */
export async function getFile(
  host: Host,
  source: string,
  content: Content,
  target: string,
  options: MoveOptions = {},
): Promise<Result<void>> {
  // What an earlier fetch left may be of something else, as of a file that has changed since.
  let wasThere = false;
  const got = await again(async () => {
    try {
      const file = await open(target, 'a');
      try {
        const { size } = await file.stat();
        if (size > content.bytes) await file.truncate(0);
        const from = size > content.bytes ? 0 : size;
        wasThere ||= from > 0;
        options.onBytes?.(from);
        const left = content.bytes - from;
        const script = `f=${quotePath(source)}
[ -r "$f" ] || { echo "$f is not there" >&2; exit 1; }
tail -c +${from + 1} -- "$f" | head -c ${left}`;
        const got = await output(host, script, t('Fetching {0}', source), {
          ...{ limit: left, ...(options.signal && { signal: options.signal }) },
          async onOutput(bytes) {
            await file.write(bytes);
            options.onBytes?.(bytes.length);
          },
        });
        if (!got.ok && isTooLong(got)) {
          await file.truncate(0);
          return fail(
            t(
              '{0} sends more than the {1} bytes that {2} has. Nothing of it was kept.',
              host.name,
              content.bytes,
              source,
            ),
          );
        }
        if (!got.ok) return got;
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      return writeFault(error, target);
    }
    const digest = await fileDigest(target);
    if (!digest.ok) return digest;
    if (digest.value.sha256 === content.sha256) return ok(undefined);

    await rm(target, { force: true });
    return fail(t('{0} changed while it was fetched. Fetch again.', source));
  });
  const isStale = !got.ok && wasThere && !isUnreachable(got) && !(await exists(target));
  return isStale ? getFile(host, source, content, target, options) : got;
}

/** Tries again while the host is out of reach for a moment. */
async function again(attempt: () => Promise<Result<void>>): Promise<Result<void>> {
  let failure: Failure | undefined;
  for (let round = 0; round < ATTEMPTS; round++) {
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** round));
    const result = await attempt();
    if (result.ok || !isUnreachable(result)) return result;
    failure = result;
  }
  return failure!;
}
