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
  /** Counts the starts of its runtime over all starts of the board; only where it is linked with other boards. */
  readonly life?: number;
  /** Of the machine it runs on: the same `uid` on two of them is a copied card. Not known of boards before 0.2. */
  readonly machine?: string;
}

/**
 * `board_id_taken`: another board is online under this one's id, or this one on another machine (a copied card).
 * `board_runs_twice`: a later start of this board, on this machine, is online beside it.
 */
export type IdProblem = "board_id_taken" | "board_runs_twice";

export type StatusVerdict =
  /** Ours, or nothing to do. */
  | { readonly kind: "fine" }
  /** Somebody, usually the broker with a will of an earlier connection, says that this board is gone. */
  | { readonly kind: "stale" }
  /** Somebody else is online under this id, whom we neither yield to nor fight. */
  | { readonly kind: "other"; readonly code: IdProblem; readonly reason: string }
  /**
   * Another board is online under this id; publishing would hide it. `who`: that start of that board; `yields`: it will
   * give way to us; `lasting`: the id is not ours even when it is gone.
   */
  | {
      readonly kind: "conflict";
      readonly code: IdProblem;
      readonly reason: string;
      readonly who: string;
      readonly yields: boolean;
      readonly lasting: boolean;
    };

/** `payload`: what the status topic holds; empty after it was cleared. Never throws. */
export function judgeStatus(own: BoardIdentity, board: string, payload: Uint8Array): StatusVerdict {
  const status = readStatus(payload);
  if (status === undefined || status.state !== "online") return { kind: "stale" };
  const { hardware, uid, machine, incarnation } = status;
  const isCopy = typeof machine === "string" && own.machine !== undefined && machine !== own.machine;
  if (uid === own.uid && hardware === own.hardware && !isCopy) {
    if (!(Number(incarnation) > own.incarnation))
      return { kind: incarnation === own.incarnation ? "fine" : "stale" };
    const reason = `a later start of this board is online as "${board}" beside this one`;
    return { kind: "other", code: "board_runs_twice", reason };
  }
  // A real board does not yield to an emulated one, whoever came first.
  if (own.hardware === "linux" && hardware !== "linux") return { kind: "stale" };
  const conflict = {
    kind: "conflict",
    code: "board_id_taken",
    who: JSON.stringify([uid, machine, incarnation]),
  } as const;
  if (hardware === "linux" && own.hardware === "emulated") {
    const reason = `a real board is online as "${board}": this emulated board stays silent; give it another id`;
    return { ...conflict, reason, yields: false, lasting: true };
  }
  if (typeof uid !== "string") return { kind: "stale" };
  const what = isCopy && uid === own.uid ? "this board on another machine" : "another board";
  const why = own.hardware === "linux" ? "a copied card? give" : "give";
  return {
    ...conflict,
    reason: `${what} (uid ${uid.slice(0, 64)}) is online as "${board}", this one is ${own.uid}: ${why} one of them another id`,
    // Two that went online in the same moment see each other: the smaller one stays.
    yields: rank(own.uid, own.machine) < rank(uid, machine),
    lasting: false,
  };
}

function rank(uid: string, machine: unknown): string {
  return `${uid} ${machine ?? ""}`;
}

function readStatus(payload: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
