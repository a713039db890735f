import type { MergePreview } from '../core/merge/preview';

/** What the merge preview shows. */
export interface MergePreviewState {
  /** Base name of the source. */
  readonly source: string;
  /** The options in words, one phrase each. */
  readonly options: readonly string[];
  readonly preview: MergePreview;
}

/** Messages from the extension to the preview page. */
export type ToMergePreview = { readonly type: 'show'; readonly state: MergePreviewState };

/** Messages from the preview page to the extension. */
export type FromMergePreview = {
  /** `ready`: the page listens now. The others are its buttons. */
  readonly type: 'ready' | 'write' | 'change' | 'cancel';
};
