/** Messages that only the kernel sends, so that who reads one knows that it is true. */

/** A message of type "down" or "exit". */
export function isKernelsWord(message: unknown): boolean {
  if (typeof message !== "object" || message === null) return false;
  const { type } = message as { type?: unknown };
  return type === "down" || type === "exit";
}

/** What a sender of this cell is told. */
export const KERNELS_WORD =
  'a message of type "down" or "exit" is told by the kernel only: nobody else can send one';
