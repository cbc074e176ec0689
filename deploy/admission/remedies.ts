/** Which one setting would make a refused board fit: found by testing the board with it. */
import { packCores } from "../../runtime/time/admission/cores.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { admit, type Refused, refusedOf, verdictOf } from "./admit.ts";
import { type CellMembers, cellMembers } from "./cell-members.ts";
import { type Machine, machineOf } from "./machine.ts";
import { allPeriods, deadlines, laterPeriods, periods } from "./period-remedies.ts";
import { busSpeeds, moreCores, ownCells } from "./place-remedies.ts";
import type { Remedy, RemedySearch } from "./remedy.ts";
import { BoardServers } from "./servers.ts";

export interface RemedyOptions {
  /** All other checks: a remedy must not break them. */
  readonly valid: (config: BoardConfig) => boolean;
  readonly members?: readonly CellMembers[];
  readonly machine?: Machine;
}

/** More would not be read. */
const MOST = 4;

/** The least changes that make this fit and nothing else fail; empty where no single one does. */
export function remediesFor(
  config: BoardConfig,
  refused: Refused,
  options: RemedyOptions,
): readonly Remedy[] {
  const { members = cellMembers(config), machine = machineOf(config) } = options;
  const before = refusedOf(admit(config, members, machine));
  const search: RemedySearch = {
    config,
    refused,
    members,
    machine,
    fits: (changed, cells = members) => fitsNow(changed, cells, machine, refused),
    helps: (changed, cells = members) => {
      if (!options.valid(changed)) return false;
      const others = refusedOf(admit(changed, cells, machine)).filter((other) => !isSame(other, refused));
      return others.every((other) => before.some((known) => isSame(known, other)));
    },
  };
  const one = [moreCores, busSpeeds, deadlines, ownCells, periods].flatMap((kind) => someOf(kind(search)));
  // Two values, or several devices, only where no single one does.
  const found = one.length > 0 ? one : [laterPeriods, allPeriods].flatMap((kind) => someOf(kind(search)));
  return found.slice(0, MOST);
}

function someOf(remedies: Iterable<Remedy | undefined>): readonly Remedy[] {
  return [...remedies].flatMap((remedy) => remedy ?? []);
}

function fitsNow(
  config: BoardConfig,
  members: readonly CellMembers[],
  machine: Machine,
  refused: Refused,
): boolean {
  const servers = new BoardServers(config, members, machine);
  if (refused.kind === "cores") return packCores(servers.loads(), machine.cores).left.length === 0;
  const server = servers.named(refused.kind, refused.verdict.name);
  return server === undefined || verdictOf(server).refusal === undefined;
}

function isSame(a: Refused, b: Refused): boolean {
  if (a.kind === "cores" || b.kind === "cores") return a.kind === b.kind;
  return a.kind === b.kind && a.verdict.name === b.verdict.name;
}
