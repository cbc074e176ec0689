/** What a board says no to, as opposed to what did not come whole. */

const REFUSALS: ReadonlySet<string> = new Set([
  "refused", // by its record or its gate: older, a turned safe level, one that did not hold
  ...["unknownKey", "wrongSignature", "newerFormat", "badManifest", "noPayload"],
  ...["wrongTarget", "wrongBoard", "tooOldHere"],
]);

/** Whether the same release would be refused again, by the `code` of the error that came of it. */
export function isRefusal(code: string | undefined): boolean {
  return code !== undefined && REFUSALS.has(code);
}
