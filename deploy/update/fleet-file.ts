/** boards.json: who gets a release, who first, and how many at a time. */
import * as v from "valibot";
import { parseDurationMs } from "../../runtime/time/duration.ts";

export interface FleetBoard {
  readonly id: string;
  /** As ssh takes it. */
  readonly target: string;
  /** For a board of another kind of machine; absent: the one that is pushed. */
  readonly bundle?: string;
}

export interface Fleet {
  /** Boards of each wave, in order. The first one is the canary's. */
  readonly waves: readonly (readonly FleetBoard[])[];
  /** Between a wave that is confirmed and the next, ms. */
  readonly soakMs: number;
  /** Boards that are pushed to at the same time. */
  readonly atOnce: number;
}

const optional = v.exactOptional;
const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000));
const boardId = v.pipe(v.string(), v.regex(/^[a-z0-9_-]{1,64}$/));
const target = v.pipe(v.string(), v.regex(/^[^-\s][^\s]{0,254}$/));

const schema = v.strictObject({
  boards: v.pipe(
    v.record(boardId, v.union([target, v.strictObject({ target, bundle: optional(v.string()) })])),
    v.check((boards) => Object.keys(boards).length > 0),
  ),
  canary: optional(v.union([boardId, v.array(boardId)])),
  wave: optional(count),
  soak: optional(
    v.pipe(
      v.string(),
      v.check((text) => parseDurationMs(text) !== undefined),
    ),
  ),
  atOnce: optional(count),
});

const ALLOWED = `"boards" ({"greenhouse": "pi@greenhouse.local"}), "canary" (ids; the first board unless told), "wave" (boards in each that follows, 10 unless told), "soak" (between two, "0s" unless told), "atOnce" (4 unless told)`;

/** Throws RangeError with what is wrong and what is allowed. `where`: the file's name. */
export function parseFleet(text: string, where: string): Fleet {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${where} is no JSON: ${(error as Error).message}; allowed are ${ALLOWED}`);
  }
  const { success, output, issues } = v.safeParse(schema, value);
  if (!success) {
    const [issue] = issues;
    const path = issue.path?.map(({ key }) => String(key)).join(".") ?? "";
    throw new RangeError(`${where}: ${path || "it"}: found ${issue.received}; allowed are ${ALLOWED}`);
  }
  const boards = Object.entries(output.boards).map(
    ([id, board]): FleetBoard => ({ id, ...(typeof board === "string" ? { target: board } : board) }),
  );
  const first = [output.canary ?? boards[0]!.id].flat();
  const unknown = first.find((id) => boards.every((board) => board.id !== id));
  if (unknown !== undefined)
    throw new RangeError(
      `${where}: canary: found "${unknown}"; allowed are ${boards.map(({ id }) => id).join(", ")}`,
    );
  const rest = boards.filter(({ id }) => !first.includes(id));
  return {
    waves: [boards.filter(({ id }) => first.includes(id)), ...chunks(rest, output.wave ?? 10)],
    soakMs: parseDurationMs(output.soak ?? "0s")!,
    atOnce: output.atOnce ?? 4,
  };
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  );
}
