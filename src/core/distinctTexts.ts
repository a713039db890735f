/** Tables, so that growing one of them never doubles the whole memory at once. A power of two. */
const SHARDS = 16;
const FIRST_SLOTS = 64;

/**
 * Counts distinct texts by a 53-bit hash in open-addressing tables: 8 bytes per slot, no limit like that of a
 * `Set` (2^24 entries), and no text kept. 50 million texts collide about once in ten such files.
 */
export class DistinctTexts {
  private readonly tables: Float64Array[] = [];
  private readonly used = new Array<number>(SHARDS).fill(0);
  private last: string | undefined;
  private total = 0;

  constructor() {
    for (let shard = 0; shard < SHARDS; shard++) this.tables.push(new Float64Array(FIRST_SLOTS));
  }

  /** Distinct texts so far. */
  get size(): number {
    return this.total;
  }

  /** True if the text was taken in. */
  has(text: string): boolean {
    const hash = hash53(text);
    return contains(this.tables[hash % SHARDS]!, hash);
  }

  /** Takes a text in; one that was seen before changes nothing. */
  add(text: string): void {
    // Candidates of one problem stand together in most files.
    if (text === this.last) return;
    this.last = text;
    const hash = hash53(text);
    const shard = hash % SHARDS;
    const table = this.tables[shard]!;
    if (!insert(table, hash)) return;
    this.total++;
    if (++this.used[shard]! * 4 > table.length * 3) this.tables[shard] = doubled(table);
  }
}

/** True if the hash is in the table. */
function contains(table: Float64Array, hash: number): boolean {
  const mask = table.length - 1;
  let slot = Math.floor(hash / SHARDS) & mask;
  while (table[slot] !== 0) {
    if (table[slot] === hash) return true;
    slot = (slot + 1) & mask;
  }
  return false;
}

/** Puts a hash into the table; false if it was there. 0 marks a free slot. */
function insert(table: Float64Array, hash: number): boolean {
  const mask = table.length - 1;
  let slot = Math.floor(hash / SHARDS) & mask;
  while (table[slot] !== 0) {
    if (table[slot] === hash) return false;
    slot = (slot + 1) & mask;
  }
  table[slot] = hash;
  return true;
}

function doubled(table: Float64Array): Float64Array {
  const larger = new Float64Array(table.length * 2);
  for (const hash of table) if (hash !== 0) insert(larger, hash);
  return larger;
}

/** A 53-bit hash of the text's UTF-16 units, never 0 (cyrb53 by bryc, public domain). */
function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0) || 1;
}
