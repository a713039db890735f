import * as vscode from 'vscode';
import type { OpenFiles } from '../files/openFiles';
import type { ModelScores } from '../scores/modelScores';
import { type TracePages, trajectoryOf } from '../trace/pages';

/** A step of the walkthrough that is done when something happened, whichever way it came about. */
export type WalkthroughStep = 'open' | 'score' | 'label' | 'compare' | 'merge';

const done = new Set<WalkthroughStep>();

/** Ticks a step of the walkthrough; its `completionEvents` wait for this context. */
export function tick(step: WalkthroughStep): void {
  if (done.has(step)) return;
  done.add(step);
  void vscode.commands.executeCommand('setContext', `cfprm.done.${step}`, true);
}

/** Ticks steps when a trace is shown, a step labelled, a trajectory on screen scored. */
export function tickWhatIsDone(pages: TracePages, files: OpenFiles, scores: ModelScores): vscode.Disposable {
  const lookForScores = (): void => {
    if (done.has('score')) return;
    for (const { document } of vscode.window.visibleTextEditors) {
      const page = pages.page(document.uri);
      const isScored = page?.entries.some((entry) => {
        const trajectory = trajectoryOf(page, entry);
        return trajectory !== undefined && scores.of(trajectory)?.state === 'scored';
      });
      if (isScored) tick('score');
    }
  };
  return vscode.Disposable.from(
    pages.onDidRender((uri) => {
      if ((pages.page(uri)?.entries.length ?? 0) > 0) tick('open');
    }),
    files.onDidLabel(() => tick('label')),
    scores.onDidChange(lookForScores),
  );
}
