import { t } from '@vscode/l10n';
/** How the bytes of a file are compressed. */
export type Compression = 'gzip' | 'zstd';

/** Bytes at a file's start that `compressionOf` looks at. */
export const MAGIC_BYTES = 4;

/**
 * The compression that a file's first bytes tell (RFC 1952, RFC 8878 with skippable frames), whatever its name;
 * undefined for other content.
 */
export function compressionOf(head: Uint8Array): Compression | undefined {
  if (begins(head, [0x1f, 0x8b])) return 'gzip';
  if (begins(head, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd';
  const isSkippable = (head[0]! & 0xf0) === 0x50 && begins(head.subarray(1), [0x2a, 0x4d, 0x18]);
  return isSkippable ? 'zstd' : undefined;
}

interface Foreign {
  readonly what: string;
  readonly magic: readonly number[];
  readonly offset?: number;
  readonly advice: string;
}

const UNPACK = t('Unpack it, and open the JSON file in it.');

const FOREIGN: readonly Foreign[] = [
  { what: t('a zip archive'), magic: [0x50, 0x4b, 0x03, 0x04], advice: UNPACK },
  { what: t('a tar archive'), magic: [0x75, 0x73, 0x74, 0x61, 0x72], offset: 257, advice: UNPACK },
  { what: t('a 7z archive'), magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], advice: UNPACK },
  {
    what: t('compressed with xz'),
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    advice: t('Unpack it (xz -dk), or compress it with gzip or zstd.'),
  },
  {
    what: t('compressed with bzip2'),
    magic: [0x42, 0x5a, 0x68],
    advice: t('Unpack it (bzip2 -dk), or compress it with gzip or zstd.'),
  },
  {
    what: t('compressed with lz4'),
    magic: [0x04, 0x22, 0x4d, 0x18],
    advice: t('Unpack it (lz4 -dk), or compress it with gzip or zstd.'),
  },
  {
    what: t('a Parquet file'),
    magic: [0x50, 0x41, 0x52, 0x31],
    advice: t("Write it as JSONL first, for example with pandas' to_json(lines=True, orient='records')."),
  },
];

/**
 * What a file's first bytes are, if no rows can be read from them, and what to do: 'is a zip archive. …'; undefined
 * for everything else. Looks at the first 512 bytes. `unpacked` says that they come out of a compressed file.
 */
export function foreignContent(head: Uint8Array, unpacked: boolean): string | undefined {
  const found = FOREIGN.find(({ magic, offset = 0 }) => begins(head.subarray(offset), magic));
  if (found !== undefined) {
    const { what, advice } = found;
    return unpacked ? t('holds content that is {0}. {1}', what, advice) : t('is {0}. {1}', what, advice);
  }
  const encoding = foreignEncoding(head);
  if (encoding !== undefined) {
    const what = t('text in {0}', encoding);
    const advice = t(
      'Save it as UTF-8: "iconv -f {0} -t UTF-8 OLD > NEW", in PowerShell "Get-Content OLD | Set-Content -Encoding utf8 NEW", or "Save with Encoding" in VS Code.',
      encoding,
    );
    return unpacked ? t('holds content that is {0}. {1}', what, advice) : t('is {0}. {1}', what, advice);
  }
  const again = unpacked ? compressionOf(head) : undefined;
  return again && t('holds content that is compressed with {0} again. Unpack it once.', again);
}

/**
 * The encoding of a text that is not UTF-8, by its byte-order mark or by the zeros next to its first sign; undefined if
 * the bytes do not tell. JSON holds no zeros.
 */
function foreignEncoding(head: Uint8Array): string | undefined {
  const [a = 1, b = 1, c = 1, d = 1] = head;
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff))
    return 'UTF-32';
  if (begins(head, [0xff, 0xfe]) || begins(head, [0xfe, 0xff])) return 'UTF-16';
  if (a === 0 && b === 0 && c === 0 && d !== 0) return 'UTF-32BE';
  if (a !== 0 && b === 0 && c === 0 && d === 0 && head.length > 3) return 'UTF-32LE';
  if (a === 0 && b !== 0 && c === 0) return 'UTF-16BE';
  return a !== 0 && b === 0 && c !== 0 ? 'UTF-16LE' : undefined;
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}
