/**
 * The keeper of one device or controller: starts its cell, starts it again when it ended, and starts it
 * lower when it ends too often.
 *
 * It runs in the kernel's cell and never waits for the device without a limit. A crash costs the device its
 * mode only beyond `intensity` crashes in `periodMs`; at the bottom the device is off, and is tried again in
 * `safe` after a back-off that doubles up to `longestOffMs`.
 */
import type { CellSpec, Kernel } from "../../runtime/cell/kernel.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import { describeReason, type ExitReason, rootCause } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { Start } from "./device-plan.ts";
import { type KeeperMessage, type StatePatch, TELEMETRY } from "./messages.ts";
import { below, type Mode } from "./mode.ts";

export interface KeeperSpec {
  readonly id: string;
  /** The cell for one life; the keeper's own pid is where the device reports its mode. */
  cell(start: Start, keeper: Pid): CellSpec;
  /** Crashes tolerated within `periodMs` without going lower. */
  readonly intensity: number;
  readonly periodMs: number;
  readonly firstOffMs: number;
  readonly longestOffMs: number;
  /** What commands had changed before this start of the board. */
  readonly kept: Start["kept"];
  readonly emulated: boolean;
  /** Stores what commands changed. */
  keep(values: Start["kept"]): void;
}

/** The name under which the keeper of a device is registered. */
export function keeperName(id: string): string {
  return `${id}.keeper`;
}

/** Shortest time between two starts of a cell: limits a device that dies at once to 20 Hz. */
const SHORTEST_LIFE_MS = 50;
const SHUTDOWN_MS = 1500;

/** Where the keeper's device runs: in a cell of its own, or with others in one. */
export type Home = Pick<Kernel, "startCell" | "endCell">;

export function keeper(kernel: Home, spec: KeeperSpec): Body<[], KeeperMessage> {
  return function* keep(self) {
    self.trapExit();
    const { id } = spec;
    let mode: Mode = "full";
    let kept = spec.kept;
    let restarts = 0;
    let offMs = spec.firstOffMs;
    const crashesUs: number[] = [];
    self.register(keeperName(id));
    /** What the telemetry was told last; it is told again when it starts anew. */
    let told: StatePatch = {};
    const tell = (patch: StatePatch) => {
      told = patch;
      self.send(TELEMETRY, { type: "state", device: id, patch });
    };
    const announce = () => {
      const { restarts, mode } = told;
      if (restarts === undefined) return;
      // While the device lives, it says itself how it is.
      self.send(TELEMETRY, { type: "state", device: id, patch: mode === "off" ? told : { restarts } });
    };

    for (;;) {
      const startedUs = self.nowUs();
      if (mode === "off") mode = "safe";
      const pid = kernel.startCell(spec.cell({ mode, kept, emulated: spec.emulated }, self.pid));
      const ref = self.monitor(pid);
      let ended: ExitReason | undefined;
      while (ended === undefined) {
        const message = yield* self.receive();
        if (message.type === "mode") {
          mode = message.mode;
          if (mode === "full") offMs = spec.firstOffMs;
        } else if (message.type === "keep") {
          kept = { ...kept, ...message.values };
          spec.keep(kept);
        } else if (message.type === "announce") {
          announce();
        } else if (message.type === "exit") {
          self.exit(pid, "shutdown");
          const down = yield* self.receive({ type: "down", ref }, { within: SHUTDOWN_MS });
          if (down === undefined) kernel.endCell(id, pid.incarnation, "killed");
          return;
        } else if (message.type === "down" && message.ref === ref) {
          ended = message.reason;
        }
      }
      const innocent = isInnocent(id, ended);
      const cause = describeReason(innocent ? ended : rootCause(ended));
      restarts++;
      if (!innocent) crashesUs.push(self.nowUs());
      while (crashesUs[0]! < self.nowUs() - spec.periodMs * 1000) crashesUs.shift();
      if (crashesUs.length > spec.intensity) {
        mode = below(mode);
        crashesUs.length = 0;
        self.send(TELEMETRY, {
          type: "event",
          event: { kind: "mode", device: id, mode, cause: `restarts: ${cause}` },
        });
      }
      self.send(TELEMETRY, { type: "event", event: { kind: "restart", device: id, cause, restarts, mode } });
      tell({ mode: mode === "off" ? "off" : "starting", restarts, cause, ready: false, commanded: null });
      if (mode === "off") {
        if (yield* waitOrStop(offMs)) return;
        offMs = Math.min(offMs * 2, spec.longestOffMs);
      } else {
        const livedMs = (self.nowUs() - startedUs) / 1000;
        if (livedMs < SHORTEST_LIFE_MS && (yield* waitOrStop(SHORTEST_LIFE_MS - livedMs))) return;
      }
    }

    function* waitOrStop(ms: number) {
      for (const untilUs = self.nowUs() + ms * 1000; ; announce()) {
        const message = yield* self.receive(["exit", "announce"], { untilUs });
        if (message?.type !== "announce") return message !== undefined;
      }
    }
  };
}

/** Its cell ended because of another device: that counts once, as a failure of the cell. */
function isInnocent(id: string, reason: ExitReason): boolean {
  return typeof reason === "object" && "cell" in reason && (reason.culprit ?? id) !== id;
}
