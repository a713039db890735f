import { t } from '@vscode/l10n';
import './ownersTexts';
import './endWithOwner';
import { fail } from '../core/result';
import { BonComparison } from './bonComparison';
import type { FromBonProcess, ToBonProcess } from './bonMessages';

// The program of the child process that compares candidates: reading and grading a large file would keep everything
// else in the extension host waiting. It is stopped by ending it.

const PROGRESS_MS = 100;
let comparison: BonComparison | undefined;
let shown = 0;

function send(message: FromBonProcess): void {
  process.send?.(message);
}

async function handle(message: ToBonProcess): Promise<void> {
  switch (message.type) {
    case 'gather': {
      const read = await BonComparison.read(message.request, (done, total) => {
        if (Date.now() - shown < PROGRESS_MS) return;
        shown = Date.now();
        send({ type: 'progress', done, total });
      });
      if (read.ok) comparison = read.value;
      return send({ type: 'gathered', result: read.ok ? read.value.file() : read });
    }
    case 'count': {
      const result = comparison?.count(message.options) ?? fail(t('Nothing was read yet. Compare again.'));
      return send({ type: 'counted', id: message.id, result });
    }
    case 'problem': {
      const found = comparison?.problem(message.address, message.weight, message.unscored);
      return send({ type: 'problem', id: message.id, found });
    }
  }
}

process.on('message', (message: ToBonProcess) => {
  handle(message).catch((error: unknown) => {
    // A bug: the owner sees the process end, with this on standard error.
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(70);
  });
});
process.on('disconnect', () => process.exit());
