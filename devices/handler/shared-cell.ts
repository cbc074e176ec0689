/**
 * A cell that several devices and controllers share: a supervisor, and under it one process for each of them.
 *
 * The supervisor starts and watches; it restarts nobody. A member that is started again needs a new grant of the
 * guardian, and perhaps a lower mode: both are known outside, where its keeper decides, as for a device alone.
 * A crash ends the one process; what hangs the thread or fills its heap ends all of them.
 */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import type { Body, CellResources } from "../../runtime/process/cell-contract.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { supervisor } from "../../runtime/supervision/supervisor.ts";
import { controllerWith, type DeviceResources, deviceResources, deviceWith } from "./cells.ts";
import type { ControllerPlan, DevicePlan, Start } from "./device-plan.ts";
import type { ControllerMessage, DeviceMessage } from "./messages.ts";

/** Who is to be started in a shared cell. Plain data and pids. */
export interface Member {
  readonly id: string;
  /** Export of `cells.ts`: what it would run in a cell of its own. */
  readonly body: string;
  /** Of that body. */
  readonly args: readonly unknown[];
  readonly band: number;
  /** What it was granted; absent for controllers. */
  readonly granted?: unknown;
  /** Linked with it: neither outlives the other. */
  readonly standIn: Pid;
}

/** Hardware that can be given back while the cell lives on. */
export interface MemberHardware extends Hardware {
  close?(): void;
}

/** What a shared cell is given. */
export interface SharedResources extends CellResources {
  /** The hardware of a member by what it was granted, in the place of what it had in an earlier life. */
  attach(id: string, granted: unknown): DeviceResources;
}

/** `hardware`: makes a member's hardware of what it was granted. */
export function sharedResources(hardware: (granted: unknown) => MemberHardware): SharedResources {
  const members = new Map<string, { readonly hardware: MemberHardware; readonly its: DeviceResources }>();
  return {
    attach: (id, granted) => {
      members.get(id)?.hardware.close?.();
      const own = hardware(granted);
      const its = deviceResources(own);
      members.set(id, { hardware: own, its });
      return its;
    },
    poll: (post) => {
      for (const { its } of members.values()) its.poll?.(post);
    },
  };
}

/** First process of a shared cell: its supervisor. Asked with `startChildWith(self, pid, [member])`. */
export function* sharedCell(self: Self): ProcessGenerator {
  yield* supervisor({
    strategy: "simpleOneForOne",
    children: [{ id: "member", restart: "temporary", start: startMember }],
  })(self as never) as ProcessGenerator;
}

function startMember(self: Self<never>, member: Member): Pid {
  const { id: label, band } = member;
  return self.spawn(memberBody(member), [], { label, band });
}

function memberBody({ id, body, args, granted, standIn }: Member): Body<[], never> {
  return function* member(self: Self<never>): ProcessGenerator {
    // Before anything can fail: so the stand-in hears of every end, with its reason.
    self.link(standIn);
    if (body === "controllerCell") {
      const [plan, start, keeper] = args as [ControllerPlan, Start, Pid];
      yield* controllerWith(self as unknown as Self<ControllerMessage>, plan, start, keeper);
    } else {
      const [plan, start, keeper] = args as [DevicePlan, Start, Pid];
      const resources = (self.resources as SharedResources).attach(id, granted);
      yield* deviceWith(self as unknown as Self<DeviceMessage>, resources, plan, start, keeper);
    }
  };
}
