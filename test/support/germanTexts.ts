// Prints texts of the core as they are in German. A process of its own: texts are made when modules are loaded.
import path from 'node:path';
import { config } from '@vscode/l10n';

config({ fsPath: path.resolve(__dirname, '../../l10n/bundle.l10n.de.json') });

async function texts(): Promise<Record<string, string>> {
  const { count, counted, labelWords } = await import('../../src/core/trace/words');
  const { resolveOptions } = await import('../../src/core/merge/options');
  const { readRow } = await import('../../src/core/jsonl/readRow');
  const { formatById } = await import('../../src/core/formats/registry');
  const { detect } = await import('../../src/core/formats/detect');
  const { stateWords } = await import('../../src/core/runs/words');
  const message = (result: { ok: boolean; fault?: { message: string } }): string =>
    result.fault?.message ?? '';
  const trl = formatById('trl')!;
  const row = (value: unknown, cut = 0) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return readRow(bytes, 0, bytes.length - cut, 1, trl);
  };
  const solution = { prompt: 'p', completions: ['a', 'b', 'c'] };
  const detected = detect([solution]);
  return {
    thousands: count(1_234_567),
    oneRow: counted(1, 'row'),
    manyRows: counted(1200, 'row'),
    noStep: counted(0, 'step'),
    trajectories: counted(2, 'trajectory'),
    label: labelWords('incorrect'),
    softLabel: labelWords(0.25),
    state: stateWords('running'),
    sizes: message(resolveOptions({ max: 2, min: 3 })),
    choices: message(resolveOptions({ tail: 'most' as never })),
    labels: message(row({ ...solution, labels: [true] })),
    kind: message(row({ ...solution, completions: 4 })),
    cut: message(row(solution, 1)),
    why: detected.ok ? detected.value.why : message(detected),
  };
}

texts().then((all) => process.stdout.write(JSON.stringify(all)));
