/** Words that a protocol cannot use: the kernel says them itself. */

/** Tags of signals and of what keeps a conversation itself. */
export const RESERVED_TAGS: ReadonlySet<string> = new Set([
  "down",
  "exit",
  "converse",
  "conversed",
  "said",
  "hangUp",
  "testify",
  "testimony",
]);
