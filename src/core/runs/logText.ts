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
    return plainText(this.lines.join('\n'));
  }
}

/**
 * A log as it goes by, piece by piece, as text: without colours and other sequences of a terminal, and of a line that
 * carriage returns write anew, as progress bars do, only what each piece ends with. Pieces may cut a sequence in two.
 */
export class LogStream {
  private held = '';
  private inLine = false;

  /** Takes a piece and returns what there is to show of it. */
  push(piece: string): string {
    const text = this.held + piece;
    const cut = UNFINISHED.exec(text)?.index ?? text.length;
    this.held = text.length - cut > HELD ? '' : text.slice(cut);
    const lines = text.slice(0, text.length - this.held.length).split('\n');
    const last = lines.length - 1;
    const shownLines = lines.map((line, k) => {
      const plain = line.replace(CONTROL, '').replace(/\r+$/u, '');
      const start = plain.lastIndexOf('\r') + 1;
      // What was shown of this line cannot be taken back: the new text goes below it.
      return start > 0 && k === 0 && this.inLine ? `\n${plain.slice(start)}` : plain.slice(start);
    });
    this.inLine = lines[last] !== '' || (last === 0 && this.inLine);
    return shownLines.join('\n');
  }
}

/** The most characters of an unfinished sequence that are held back; a longer one is none. */
const HELD = 4096;
/** A control sequence, or a carriage return, of which the rest may be in the next piece. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const UNFINISHED = /(?:\u001b(?:\[[0-?]*[ -/]*|\][^\u0007\u001b]*\u001b?)?|\r)$/u;

/** What a terminal shows of a text: without colours and other sequences, of rewritten lines only what they end as. */
export function plainText(text: string): string {
  return text.split('\n').map(shown).join('\n');
}

function shown(line: string): string {
  const plain = line.replace(CONTROL, '').replace(/\r+$/u, '');
  return plain.slice(plain.lastIndexOf('\r') + 1);
}
