import { isUtf8 } from 'node:buffer';
import { t } from '@vscode/l10n';
import { ByteSink } from '../core/merge/byteSink';
import { type MergeHost, Merger } from '../core/merge/merger';
import type { MergeOptions } from '../core/merge/options';
import { type Failure, type Fault, fail, ok, type Result } from '../core/result';
import { chunkFor } from './mergeTurn';
import type { Source } from './openSource';
import { streamRows } from './rowStream';
import type { SourceLabels } from './sourceLabels';

/** How far a dry run goes, and who else looks at the rows. */
export interface DryRunOptions {
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
  /** Labels that a person gave, laid over the source's. */
  readonly labels?: SourceLabels;
  /** Makes who is told of trajectories and windows; called anew for every pass, of which the last one counts. */
  watch?(): Pick<MergeHost, 'onTrajectory' | 'onHidden'>;
}

/** What a dry run saw: a merger that wrote nothing, and what it would have written. */
export interface DryRun {
  readonly merger: Merger;
  readonly numbers: boolean;
  readonly seenBytes: number;
  /** Output bytes per window size, as the merger counts them. */
  readonly bytes: readonly number[];
}

/** Merges the source's first bytes into nothing. Faults: reading failed, cancelled, or the merger's own. */
export async function mergeDryRun(
  source: Source,
  options: MergeOptions,
  { maxBytes, signal, labels, watch }: DryRunOptions,
): Promise<Result<DryRun>> {
  for (const numbers of [Merger.needsNumbers(options), true]) {
    const sinks: ByteSink[] = [];
    const sink = (block: number): ByteSink => {
      sinks[block] ??= new ByteSink(64 * 1024, () => undefined);
      return sinks[block];
    };
    const merger = new Merger(source.format, options, numbers, {
      isUtf8,
      sink,
      labelsOf: labels?.of.bind(labels),
      ...watch?.(),
    });
    labels?.restart();
    let seenBytes = 0;
    const visitor = { row: merger.row.bind(merger), fault: merger.fault.bind(merger) };
    const done = await streamRows(source.path, source.container, visitor, {
      signal,
      chunkBytes: Math.min(chunkFor(source, options), maxBytes),
      enough: () => seenBytes >= maxBytes || merger.halt !== undefined,
      onProgress: (bytes) => {
        seenBytes = bytes;
      },
    });
    if (!done.ok) return done;
    if (merger.halt?.kind === 'fault') return haltFault(source, merger.halt.fault);
    if (merger.halt === undefined) {
      const bytes = merger.windows.map((_, block) => sinks[block]?.total ?? 0);
      return ok({ merger, numbers, seenBytes, bytes });
    }
  }
  throw new Error('A merge with labels as numbers asked for labels as numbers.');
}

/** The fault of a merge that a row stopped, with the file and the row in its message. */
export function haltFault(source: Source, { row, message }: Fault): Failure {
  return fail(t('{0}, row {1}: {2}', source.path, row ?? 0, message), { row });
}
