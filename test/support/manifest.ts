import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** package.json with its texts in place, as VS Code reads it: English, or another language that there is. */
export function manifest<T>(language?: string): T {
  const texts: Record<string, string> = JSON.parse(
    read(`package.nls.${language === undefined ? '' : `${language}.`}json`),
  );
  const spoken = read('package.json').replace(/"%([\w.-]+)%"/g, (_, key: string) =>
    JSON.stringify(texts[key]),
  );
  return JSON.parse(spoken) as T;
}
