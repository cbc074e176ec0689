/** Does a board fit: every cell, every bus, every core? */
import { type Packing, packCores } from "../../runtime/time/admission/cores.ts";
import { type EdfVerdict, type Refusal, testEdf } from "../../runtime/time/admission/edf-test.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import type { BoardServer } from "./board-server.ts";
import { type CellMembers, cellMembers } from "./cell-members.ts";
import { type Machine, machineOf } from "./machine.ts";
import { BoardServers } from "./servers.ts";

export interface ServerVerdict extends EdfVerdict {
  readonly kind: BoardServer["kind"];
  readonly name: string;
  /** Of each task, the device or controller that it belongs to. */
  readonly owners: BoardServer["owners"];
  /** Best-effort jobs do not fit beside the others: they are shed when time is short. */
  readonly sheds?: Refusal;
}

export interface Admission {
  readonly cells: readonly ServerVerdict[];
  readonly buses: readonly ServerVerdict[];
  readonly packing: Packing;
}

/** What is refused: a cell or bus with its verdict, or the cores, which have no room for all threads. */
export type Refused =
  | { readonly kind: "cell" | "bus"; readonly verdict: ServerVerdict; readonly refusal: Refusal }
  | { readonly kind: "cores"; readonly packing: Packing };

/**
 * Tests a configuration that passed all other checks: at `holdfast check`, at start, and whenever timing is to change,
 * before it changes anything. Pure and deterministic. Costs milliseconds for tens of devices.
 */
export function admit(
  config: BoardConfig,
  members: readonly CellMembers[] = cellMembers(config),
  machine: Machine = machineOf(config),
): Admission {
  const servers = new BoardServers(config, members, machine);
  return {
    cells: servers.cells().map(verdictOf),
    buses: servers.buses().map(verdictOf),
    packing: packCores(servers.loads(), machine.cores),
  };
}

/** All that is refused; empty when the board fits. */
export function refusedOf({ cells, buses, packing }: Admission): readonly Refused[] {
  const servers = [...cells, ...buses].flatMap((verdict): Refused[] =>
    verdict.refusal === undefined ? [] : [{ kind: verdict.kind, verdict, refusal: verdict.refusal }],
  );
  return packing.left.length === 0 ? servers : [...servers, { kind: "cores", packing }];
}

/** What must fit are the jobs down to normal; that best-effort does not is worth knowing, no more. */
export function verdictOf({ kind, name, server, owners }: BoardServer): ServerVerdict {
  const all = testEdf(server);
  const verdict = all.refusal === undefined ? all : testEdf(server, "normal");
  const sheds = verdict.refusal === undefined ? all.refusal : undefined;
  return { kind, name, owners, ...verdict, ...(sheds !== undefined && { sheds }) };
}
