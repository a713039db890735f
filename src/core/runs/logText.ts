/** Colours and cursor movements of terminals (ECMA-48 control sequences), which programs print into logs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const CONTROL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/gu;

/** The end of a log as lines of plain text, however it comes in. */
export class LogTail {
  private lines: string[] = [''];

  /** @param limit lines that are kept, the last ones */
  constructor(private readonly limit: number) {}

  /** Takes more of the log. A line that a carriage return writes anew, as progress bars do, is shown as it is now. */
  append(text: string): void {
    const [first = '', ...rest] = text.split('\n');
    const lines = [this.lines.pop()! + first, ...rest];
    this.lines.push(...lines);
    if (this.lines.length > this.limit) this.lines = this.lines.slice(-this.limit);
  }

  /** Forgets everything. */
  clear(): void {
    this.lines = [''];
  }

  /** The lines as they are shown, with line breaks between them. */
  get text(): string {
    return this.lines.map(shown).join('\n');
  }
}

function shown(line: string): string {
  const plain = line.replace(CONTROL, '').replace(/\r+$/u, '');
  return plain.slice(plain.lastIndexOf('\r') + 1);
}
