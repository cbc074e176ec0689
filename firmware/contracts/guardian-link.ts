/** What a cell needs to reach the guardian: plain data that `workerData` can carry. */
export interface GuardianLink {
  readonly owner: number;
  readonly epoch: number;
  /** FIFO the cell writes requests to. */
  readonly requestPath: string;
  /** Where the reader thread puts answers and edges. */
  readonly mailslot: SharedArrayBuffer;
  /** Numbers of the granted lines and buses. */
  readonly lines: Readonly<Record<string, number>>;
  readonly buses: Readonly<Record<string, number>>;
}
