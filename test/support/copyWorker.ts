import { relabellerOf } from '../../src/core/labels/relabel/relabellers';
import { LabelJournal } from '../../src/io/labelJournal';
import { writeLabelledCopy } from '../../src/io/labelledCopy';
import { openSource } from '../../src/io/openSource';

// `copyWorker SOURCE OUT` writes a labelled copy in a process of its own and prints what came of it as JSON.

async function main(path: string, out: string): Promise<void> {
  const [source, journal] = [await openSource(path), await LabelJournal.open(path)];
  if (!source.ok) throw new Error(source.fault.message);
  if (!journal.ok) throw new Error(journal.fault.message);
  const relabel = relabellerOf(source.value.format)!;
  const { overlay } = journal.value;
  const made = await writeLabelledCopy({ source: source.value, overlay, relabel, out });
  process.stdout.write(`${JSON.stringify(made)}\n`);
}

main(process.argv[2] ?? '', process.argv[3] ?? '').catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
