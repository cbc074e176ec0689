/**
 * The main thread of a child cell's process: between the socket to the kernel and the thread in which the cell
 * runs, which is one like that of a thread cell. So a cell is the same in both: it parks, has a heap limit, and
 * shows its progress while its code runs.
 */
import type { Socket } from "node:net";
import { NICE, setThreadNice } from "../time/thread-priority.ts";
import { BatchSocket } from "./batch-socket.ts";
import { openWay } from "./cell-way.ts";
import { BEAT_MS, type FromChild, type ToChild, wayId } from "./child-frame.ts";
import type { PeerLink } from "./control-frame.ts";
import { KERNEL_CELL } from "./kernel-cell.ts";
import { PortBridge } from "./port-bridge.ts";
import { createProgressMemory, progressWords } from "./progress-word.ts";
import { ThreadHost } from "./thread-host.ts";

const KERNEL_WAY = wayId(KERNEL_CELL, 1);

/** Runs until the cell ends, which ends the process; when the kernel's end of the socket closes, at once. */
export function runChild(socket: Socket): void {
  setThreadNice(NICE.kernel);
  process.on("SIGINT", () => {}); // a terminal's Ctrl-C is for the one who ends the board in order
  const bell = new SharedArrayBuffer(4);
  const unheard = new SharedArrayBuffer(4);
  let life = { cell: "", incarnation: 0 };
  let host: ThreadHost | undefined;
  /** A way for the cell; its far end is the bridge's. */
  const open = (cell: string, incarnation: number): PeerLink => {
    const [link, far] = openWay(
      { cell, incarnation, bell: unheard, foreign: true },
      { ...life, bell, foreign: true },
    );
    bridge.open(wayId(cell, incarnation), far);
    return link;
  };
  const onValue = (frame: ToChild) => {
    switch (frame.type) {
      case "start":
        begin(frame);
        break;
      case "interrupt":
        void host?.interrupt(frame.limitMs).then((code) => {
          channel.send({ type: "interrupted", code });
          channel.flush();
        });
        break;
      case "up":
        bridge.deliver({
          type: "frame",
          way: KERNEL_WAY,
          frame: { control: "peerUp", link: open(frame.cell, frame.incarnation) },
        });
        break;
      default:
        bridge.deliver(frame);
        // The cell closes its end after it took what is in it.
        if (frame.type === "frame" && "control" in frame.frame && frame.frame.control === "peerDown")
          bridge.forget(wayId(frame.frame.cell, frame.frame.incarnation));
    }
  };
  const channel = new BatchSocket<ToChild, FromChild>(socket, { onValue, onClose: endProcess });
  const bridge = new PortBridge((frame) => channel.send(frame));

  const begin = ({ start, program, heapMb, event }: Extract<ToChild, { type: "start" }>) => {
    const { spec, incarnation } = start;
    life = { cell: spec.name, incarnation };
    const progress = createProgressMemory(spec.externalMb);
    const beat = () => channel.send({ type: "beat", words: progressWords(progress) });
    host = new ThreadHost({ program: new URL(program), heapMb, event }, spec.name, {
      loaded: beat,
      ended: (cause) => {
        bridge.drainAll();
        if (cause !== undefined) bridge.pass(KERNEL_WAY, { control: "ended", reason: cause });
        channel.end(() => process.exit(0));
      },
      logged: () => {},
    });
    host.begin({ ...start, bell, progress, kernel: open(KERNEL_CELL, 1) });
    setInterval(beat, BEAT_MS);
  };
}

function endProcess(): void {
  process.kill(process.pid, "SIGKILL");
}
