import type { MergeExample, MergePreview } from '../core/merge/preview';

/** What the merge preview shows. */
export interface MergePreviewState {
  /** Base name of the source. */
  readonly source: string;
  /** The options in words, one phrase each. */
  readonly options: readonly string[];
  readonly preview: MergePreview;
}

/** A trajectory of the source, with what becomes of it. */
export interface ShownExample {
  /** 0-based position of its row among those that are not blank, of so many as are known. */
  readonly ordinal: number;
  readonly rows: number;
  /** 1-based. */
  readonly row: number;
  /** 1-based place in its row, of so many; 0 of 0 if the row has none. */
  readonly trajectory: number;
  readonly trajectories: number;
  /** Undefined if nothing of it is merged; `words` say why. */
  readonly example: MergeExample | undefined;
  readonly words: string;
}

/** Which trajectory to show: by its row's position, by the row's number, or the one at the trace view's cursor. */
export type ExampleWish =
  | { readonly by: 'ordinal'; readonly ordinal: number; readonly trajectory: number | 'last' }
  | { readonly by: 'row'; readonly row: number; readonly trajectory: number }
  | { readonly by: 'cursor' };

/** Messages from the extension to the preview page. */
export type ToMergePreview =
  | { readonly type: 'show'; readonly state: MergePreviewState }
  | { readonly type: 'example'; readonly shown: ShownExample }
  /** The trajectory that was wished for is not there, and why. */
  | { readonly type: 'noExample'; readonly message: string };

/** Messages from the preview page to the extension. */
export type FromMergePreview =
  /** `ready`: the page listens now. The others are its buttons. */
  | { readonly type: 'ready' | 'write' | 'change' | 'cancel' }
  | { readonly type: 'wish'; readonly wish: ExampleWish }
  /** Shows a 1-based step of a row's 1-based trajectory in the trace view. */
  | {
      readonly type: 'reveal';
      readonly row: number;
      readonly trajectory: number;
      readonly step: number;
    };
