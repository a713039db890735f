/** A text as one word of a POSIX shell, whatever is in it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A path of a host as one word of its shell: a leading `~/` is the home folder there. */
export function quotePath(path: string): string {
  if (path === '~') return '"$HOME"';
  return path.startsWith('~/') ? `"$HOME"/${quote(path.slice(2))}` : quote(path);
}

/** `name` in a folder of a host, which always has slashes. */
export function under(folder: string, ...names: readonly string[]): string {
  return [folder.replace(/\/+$/u, ''), ...names].join('/');
}
