/** What a board does for processes of other boards that ask for it under the public name `board`. */
import { TELEMETRY } from "../../devices/handler/messages.ts";
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call } from "../../runtime/behaviour/call.ts";
import { type From, refuse, reply } from "../../runtime/behaviour/exchange.ts";
import { serverBody } from "../../runtime/behaviour/server.ts";
import type { ServerModule } from "../../runtime/behaviour/server-module.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { RateLimit } from "../../runtime/time/rate-limit.ts";
import { GUEST_CELL, GUEST_HOUSE, type GuestHouse } from "./guest-house.ts";
import { type RightsBook, rightsOf } from "./link-rights.ts";
import type { Offences } from "./offences.ts";

/** Its public name: `board@pumphouse` on other boards. */
export const BOARD_DESK = "board";

/** What anybody who is linked may know of a board. */
export interface BoardAbout {
  readonly board: string;
  readonly hardware: "emulated" | "linux";
  readonly version: string;
  /** Of the runtime. */
  readonly life: number;
}

/** A process to be spawned: an exported body of a module that the board allows. */
export interface GuestRequest {
  /** As `links.spawn` of that board names it. */
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface BoardDeskCalls {
  about(): BoardAbout;
  /** Refused with `notAllowed`, `tooMany` or `failed`. */
  spawn(request: GuestRequest): Pid;
}

export interface BoardDeskPlan {
  readonly about: BoardAbout;
  readonly rights: RightsBook;
  /** URLs of the modules that others may spawn from, some of them or all, by the name they have for them. */
  readonly modules: Readonly<Record<string, string>>;
}

export type BoardDesk = ServerModule<BoardDeskPlan, BoardDeskCalls, never, never, BoardDeskPlan>;

/** Spawns that are tried: 20 at once, then one every 100 ms. */
const SPAWNS = { burst: 20, everyUs: 100_000 } as const;
/** A module that is loaded for the first time takes its time, ms. */
const WITHIN_MS = 4000;

/** `offences`: told of what another board may not do. */
export function boardDesk(offences: Pick<Offences, "add">) {
  const spawns = new RateLimit(SPAWNS.burst, SPAWNS.everyUs);
  const desk: BoardDesk = {
    name: "boardDesk",
    version: 1,
    init: (plan: BoardDeskPlan, self) => {
      self.publish(BOARD_DESK);
      return { state: plan };
    },
    handleCall: {
      about: (state) => ({ reply: state.about, state }),
      spawn: (state, request, from, self) => {
        if (!isGuestRequest(request)) {
          refuse(self, from, "a spawn names a module and a function, and has a list of arguments", "failed");
          return { noReply: true, state };
        }
        const { module } = request;
        const { board } = state.about;
        // Boards speak for their own processes only (`speaksForItself`).
        const peer = from.from.board;
        const { spawn } = rightsOf(state.rights, peer);
        const url = spawn.includes(module) ? state.modules[module] : undefined;
        if (url === undefined) {
          const allowed = spawn.join(", ") || "nothing";
          const why = `${board} does not let ${peer} spawn from "${module}"; "spawn" of its "links" allows: ${allowed}`;
          offences.add("notAllowed", peer, why, { command: "spawn" });
          refuse(self, from, why, "notAllowed");
        } else if (!spawns.take(self.nowUs())) {
          refuse(self, from, `${board} spawns at most ten processes a second for others`, "tooMany");
        } else self.spawn(spawning, [request, url, from]);
        return { noReply: true, state };
      },
    },
    handleCast: {},
  };
  return serverBody(desk);
}

/** Another board may have said anything. */
function isGuestRequest({ module, name, args }: Readonly<Record<keyof GuestRequest, unknown>>): boolean {
  return typeof module === "string" && typeof name === "string" && Array.isArray(args);
}

/** A process for each, so that a module that loads slowly keeps nobody waiting. */
function* spawning(
  self: Self,
  { name, module, args }: GuestRequest,
  url: string,
  from: From<Pid>,
): ProcessGenerator {
  const about = { peer: from.from.board, module, name };
  try {
    yield* call(self, addressOf<GuestHouse>(GUEST_HOUSE), { type: "open" });
    const label = `guest ${name}`;
    const pid = yield* self.spawnIn(GUEST_CELL, { module: url, name }, args, { label, within: WITHIN_MS });
    reply(self, from, pid);
    tell(self, { kind: "spawned", ...about, pid: String(pid) });
  } catch (error) {
    const reason = (error as Error).message;
    refuse(self, from, reason, "failed");
    tell(self, { kind: "refused", command: "spawn", ...about, reason });
  }
}

function tell(self: Self, event: Readonly<Record<string, unknown>>): void {
  self.send(TELEMETRY, { type: "event", event });
}
