/** Pearson's correlation; undefined if one side does not vary. */
export function pearson(xs: ArrayLike<number>, ys: ArrayLike<number>): number | undefined {
  const [meanX, meanY] = [meanOf(xs), meanOf(ys)];
  let [products, squaresX, squaresY] = [0, 0, 0];
  for (let index = 0; index < xs.length; index++) {
    const [x, y] = [xs[index]! - meanX, ys[index]! - meanY];
    products += x * y;
    squaresX += x * x;
    squaresY += y * y;
  }
  const scale = Math.sqrt(squaresX * squaresY);
  return scale > 0 ? Math.max(-1, Math.min(1, products / scale)) : undefined;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}

/** Ranks from 1; equal values share the mean of their ranks. Pearson's correlation of ranks is Spearman's. */
export function ranksOf(values: readonly number[]): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}
