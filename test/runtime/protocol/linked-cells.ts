/** Two cells under one clock and a link between them that a test slows down, cuts, or lets lose things. */
import { Cell } from "../../../runtime/process/cell.ts";
import type { CrashReport } from "../../../runtime/process/cell-contract.ts";
import type { WirePid } from "../../../runtime/process/pid.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";

export interface LinkedCells {
  readonly clock: VirtualClock;
  readonly near: Cell;
  readonly far: Cell;
  readonly crashes: CrashReport[];
  /** Time on the way, us; order is kept when it changes. */
  delayUs: number;
  /** True for frames that are lost. */
  loses: (frame: Frame) => boolean;
  /** The far cell does not turn: its thread hangs. */
  farHangs: boolean;
  /** Runs everything until `ms` from the start. */
  until(ms: number): void;
}

export function linkedCells(farBoard = "bench"): LinkedCells {
  const clock = new VirtualClock(0);
  const crashes: CrashReport[] = [];
  const make = (cell: string, board: string) =>
    new Cell({ board, cell, incarnation: 1, clock, onCrash: (report) => crashes.push(report) });
  const near = make("near", "bench");
  const far = make("far", farBoard);
  const underWay: { frame: Frame; to: Cell; atUs: number }[] = [];
  const linked: LinkedCells = {
    ...{ clock, near, far, crashes, delayUs: 0, loses: () => false, farHangs: false },
    until(ms) {
      for (;;) {
        turn();
        const nextUs = Math.min(
          near.nextWakeUs(),
          linked.farHangs ? Infinity : far.nextWakeUs(),
          ...underWay.filter(({ to }) => !linked.farHangs || to === near).map(({ atUs }) => atUs),
        );
        if (nextUs > ms * 1000) break;
        clock.advanceTo(Math.max(nextUs, clock.now()));
      }
      clock.advanceTo(ms * 1000);
    },
  };
  const link = (to: Cell) => {
    let lastUs = 0;
    return {
      incarnation: 1,
      post(frame: Frame) {
        if (linked.loses(frame)) return true;
        lastUs = Math.max(lastUs, clock.now() + linked.delayUs);
        underWay.push({ frame, to, atUs: lastUs });
        return true;
      },
    };
  };
  const [toFar, toNear] = [link(far), link(near)];
  if (farBoard === near.home.board) {
    near.peerUp("far", toFar);
    far.peerUp("near", toNear);
  } else {
    near.boardUp(farBoard, LIFE, { post: (_, __, frame) => toFar.post(crossing(frame, near, far)) });
    far.boardUp(near.home.board, LIFE, { post: (_, __, frame) => toNear.post(crossing(frame, far, near)) });
  }
  const turn = () => {
    for (let again = true; again; ) {
      again = false;
      for (const cell of [near, far]) {
        if (cell === far && linked.farHangs) continue;
        for (let at = 0; at < underWay.length; at++) {
          const { frame, to, atUs } = underWay[at]!;
          if (to !== cell || atUs > clock.now()) continue;
          underWay.splice(at--, 1);
          cell.deliver(frame);
          again = true;
        }
        if (cell.nextWakeUs() > clock.now()) continue;
        cell.run();
        again = true;
      }
    }
  };
  return linked;
}

/** Of both boards' runtimes. */
export const LIFE = 1;

/** As a link between boards carries it: pids name the life of their board, except where they are at home. */
function crossing(frame: Frame, from: Cell, to: Cell): Frame {
  const carried = (pid: WirePid): WirePid => {
    const { life = pid.board === from.home.board ? LIFE : undefined, ...rest } = pid;
    return life === undefined || pid.board === to.home.board ? rest : { ...rest, life };
  };
  if (frame.kind !== "message") return { ...frame, from: carried(frame.from) };
  const packed = { ...frame.packed, pids: frame.packed.pids.map(carried) };
  const { monitor } = frame;
  if (monitor === undefined) return { ...frame, packed };
  return { ...frame, packed, monitor: { ...monitor, from: carried(monitor.from) } };
}
