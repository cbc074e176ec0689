/**
 * Judges what appears on a board's own status topic: its own echo, a stale will, or another board with the
 * same id.
 */
export interface BoardIdentity {
  /** Counts the starts of this board. */
  readonly incarnation: number;
  readonly hardware: "emulated" | "linux";
  /** The board's own for ever: made at its first start, kept with its state. */
  readonly uid: string;
  /** Of the machine it runs on: the same `uid` on two of them is a copied card. Not known of boards before 0.2. */
  readonly machine?: string;
}

export type StatusVerdict =
  /** Ours, or nothing to do. */
  | { readonly kind: "fine" }
  /** Somebody, usually the broker with a will of an earlier connection, says that this board is gone. */
  | { readonly kind: "stale" }
  /** Somebody else is online under this id, whom we neither yield to nor fight. */
  | { readonly kind: "other"; readonly reason: string }
  /**
   * A real board is online under this id; publishing would hide it. `who`: that start of that board; `yields`:
   * it will give way to us.
   */
  | { readonly kind: "conflict"; readonly reason: string; readonly who: string; readonly yields: boolean };

/** `payload`: what the status topic holds; empty after it was cleared. Never throws. */
export function judgeStatus(own: BoardIdentity, board: string, payload: Uint8Array): StatusVerdict {
  const status = readStatus(payload);
  if (status === undefined || status.state !== "online") return { kind: "stale" };
  const { hardware, uid, machine } = status;
  const isCopy = typeof machine === "string" && own.machine !== undefined && machine !== own.machine;
  if (uid === own.uid && hardware === own.hardware && !isCopy) {
    if (!(Number(status.incarnation) > own.incarnation))
      return { kind: status.incarnation === own.incarnation ? "fine" : "stale" };
    return { kind: "other", reason: `a later start of this board is online as "${board}" beside this one` };
  }
  if (hardware !== "linux") {
    if (own.hardware === "linux") return { kind: "stale" };
    return {
      kind: "other",
      reason: `another emulated board is online as "${board}": give one of them another id`,
    };
  }
  const who = JSON.stringify([uid, status.incarnation]);
  if (own.hardware === "emulated") {
    return {
      kind: "conflict",
      who,
      yields: false,
      reason: `a real board is online as "${board}": this emulated board stays silent; give it another id`,
    };
  }
  if (typeof uid !== "string") return { kind: "stale" };
  return {
    kind: "conflict",
    who,
    // Two that went online in the same moment see each other: the smaller uid stays.
    yields: own.uid < uid,
    reason: `another board (uid ${uid.slice(0, 64)}) is online as "${board}", this one is ${own.uid}: a copied card? give one of them another id`,
  };
}

function readStatus(payload: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
