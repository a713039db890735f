/** What a diagnostic report says; nothing in it comes from a trace. */
export interface ReportFacts {
  /** Name and value, e.g. the version of VS Code. */
  readonly versions: readonly (readonly [name: string, value: string])[];
  /** The model and where it runs: what was asked for, used and rejected, and why. */
  readonly model: readonly (readonly [name: string, value: string])[];
  /** Settings of the extension that are not at their default, with their values. */
  readonly settings: readonly (readonly [name: string, value: unknown])[];
  /** The files in use: format and size, never a name. */
  readonly files: readonly { readonly format: string; readonly bytes: number; readonly rows: string }[];
  /** The last errors and warnings, with their times. */
  readonly errors: readonly string[];
}

/** UTF-16 units of an error that are kept. */
const ERROR_CHARS = 600;

/** The report as Markdown, for an issue. */
export function reportText(facts: ReportFacts): string {
  const table = (rows: readonly (readonly [string, string])[]) =>
    rows
      .map(([name, value]) => `| ${name} | ${value.replace(/\|/g, '\\|').replace(/\s+/g, ' ')} |`)
      .join('\n');
  const files = facts.files.map(({ format, bytes, rows }) => `- ${format}, ${bytes} bytes, ${rows}`);
  const errors = facts.errors.map((error) => `- ${withoutQuotes(error).slice(0, ERROR_CHARS)}`);
  return [
    '## CFPRM diagnostic report',
    `| what | value |\n|---|---|\n${table(facts.versions)}`,
    '### Model',
    facts.model.length === 0 ? 'none' : `| what | value |\n|---|---|\n${table(facts.model)}`,
    '### Settings that differ from the default',
    facts.settings.map(([name, value]) => `- \`${name}\`: \`${JSON.stringify(value)}\``).join('\n') || 'none',
    '### Files in use',
    files.join('\n') || 'none',
    '### Last errors',
    errors.join('\n') || 'none',
    '',
  ].join('\n\n');
}

/** A message without what it quotes, which may be a piece of a trace. */
function withoutQuotes(text: string): string {
  return text.replace(/"[^"\n]*"|“[^”\n]*”|`[^`\n]*`/g, '"…"');
}
