/** What a board's status topic says to other boards: whether it is there, and in which life. */
export type Presence = { readonly online: true; readonly life: number } | { readonly online: false };

/** `undefined` for what is no status. Never throws. */
export function readPresence(payload: Uint8Array): Presence | undefined {
  let status: unknown;
  try {
    status = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return undefined;
  }
  if (typeof status !== "object" || status === null) return undefined;
  const { state, life } = status as { readonly state?: unknown; readonly life?: unknown };
  if (state === "offline") return { online: false };
  // A board without links says no life: there is nobody to talk with.
  if (state !== "online" || !Number.isSafeInteger(life) || Number(life) < 1) return undefined;
  return { online: true, life: Number(life) };
}
