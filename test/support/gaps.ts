/** Watches the event loop of this process; `end` gives the longest time between two of its turns, in milliseconds. */
export function watchGaps(): { end(): number } {
  let [last, longest] = [performance.now(), 0];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  return {
    end() {
      clearInterval(timer);
      return longest;
    },
  };
}
