/** Where a bundle's bytes come from, in any order: a file, a web server, whoever sits at the other end of a pipe. */

export interface ByteSource {
  /** Of the whole bundle. */
  readonly bytes: number;
  /**
   * Bytes `from` to before `to`, in chunks of any size, all of them. Throws `UpdateError` `interrupted` when they end
   * early; what was handed out by then is right.
   */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
