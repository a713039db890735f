import { t } from '@vscode/l10n';
import type * as vscode from 'vscode';
import type { MergeOptions } from '../../core/merge/options';
import { mergeExample } from '../../core/merge/preview';
import { fail, faultWords, ok, type Result } from '../../core/result';
import { count } from '../../core/trace/words';
import type { ExampleWish, ShownExample } from '../../shared/mergePreview';
import type { OpenFiles } from '../files/openFiles';
import type { TracePlace } from '../trace/tracePlaces';

/** The trajectories of a source, one at a time, with what a merge makes of them; edited labels are laid over them. */
export class PreviewRows {
  /** @param cursor where the trace view of this source has, or last had, its cursor */
  constructor(
    private readonly files: OpenFiles,
    private readonly source: vscode.Uri,
    private readonly options: MergeOptions,
    private readonly cursor: () => TracePlace | undefined,
  ) {}

  /** The trajectory that is wished for. Faults: there is none, or the file cannot be read. */
  async at(wish: ExampleWish): Promise<Result<ShownExample>> {
    const file = await this.files.open(this.source);
    if (!file.ok) return file;
    if (wish.by === 'cursor') {
      const place = this.cursor();
      return place === undefined
        ? fail(t('Open the trace view of this file and put the cursor on a trajectory first.'))
        : this.at({ by: 'ordinal', ...place });
    }
    await file.value.whenIndexed();
    const rows = file.value.rowCount;
    const ordinal = wish.by === 'row' ? await file.value.ordinalOfRow(wish.row) : wish.ordinal;
    if (ordinal === undefined || ordinal < 0 || ordinal >= rows)
      return fail(t('There is no such row: the file has {0} rows that are not blank.', count(rows)));
    const read = await file.value.read([ordinal]);
    if (!read.ok) return read;
    const reading = read.value[0];
    if (reading === undefined)
      return fail(t('The file has changed. Merge its windows again for a new preview.'));
    const { row, result } = reading;
    const trajectories = result.ok ? result.value.length : 0;
    const wanted = wish.trajectory === 'last' ? trajectories : wish.trajectory;
    const place = Math.max(Math.min(1, trajectories), Math.min(trajectories, wanted));
    const trajectory = result.ok ? result.value[place - 1] : undefined;
    const example = trajectory && mergeExample(trajectory, row, this.options);
    const words = result.ok
      ? example === undefined
        ? NOTHING
        : ''
      : t('Left out: {0}', faultWords(result.fault));
    return ok({ ordinal, rows, row, trajectory: place, trajectories, example, words });
  }
}

const NOTHING = t('Left out: the first step has no label, or there are no steps.');
