/** What a scan found: the row is one valid JSON value, or why it is not. */
export interface ScanFault {
  /** 0-based byte offset from the buffer's start. */
  readonly offset: number;
  readonly message: string;
}
