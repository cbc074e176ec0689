/** A thread cell's ends of its ports: frames go to the cell, control frames change who is known. */
import { Inspection } from "../introspection/inspection.ts";
import type { Cell } from "../process/cell.ts";
import { Groups } from "../process/groups.ts";
import { Names } from "../process/names.ts";
import { exportPid, importPid } from "../process/pid.ts";
import type { ControlFrame, PeerLink, PortFrame } from "./control-frame.ts";
import { isControl } from "./control-frame.ts";
import { PortPeer } from "./port-peer.ts";

/** Frames taken from one port before the next gets its turn. */
const FRAMES_PER_TURN = 256;

export class CellPorts {
  readonly names = new Names();
  readonly groups = new Groups();
  readonly #peers = new Map<string, PortPeer>();
  readonly #kernel: PortPeer;
  readonly #event: boolean;
  #cell: Cell | undefined;
  #inspection: Inspection | undefined;
  #wake: () => void = () => {};

  /** `event`: frames are handed over by Node's event loop. */
  constructor(kernel: PeerLink, event: boolean) {
    this.#event = event;
    this.#kernel = new PortPeer(kernel);
    this.#peers.set(kernel.cell, this.#kernel);
  }

  tellKernel(frame: ControlFrame): void {
    this.#kernel.post(frame);
  }

  connect(cell: Cell): void {
    this.#cell = cell;
    this.#inspection = new Inspection(cell);
    for (const peer of this.#peers.values()) cell.peerUp(peer.cell, peer);
    this.names.connect({
      claim: (name, pid, scope) => this.tellKernel({ control: "claim", name, pid: exportPid(pid), scope }),
      release: (name, pid) => this.tellKernel({ control: "release", name, pid: exportPid(pid) }),
    });
    this.groups.connect({
      membership: (group, pid, times) =>
        this.tellKernel({ control: "member", membership: { group, pid: exportPid(pid), times } }),
    });
  }

  /** What the kernel said so far: whoever sends us a pid was introduced by the kernel before. */
  drainKernel(): void {
    this.#kernel.drain(this.#onFrame);
  }

  /** The kernel's port comes first. True when a port had more than its turn. */
  drain(): boolean {
    let more = false;
    for (const peer of this.#peers.values()) {
      if (peer.drain(this.#onFrame, FRAMES_PER_TURN) === FRAMES_PER_TURN) more = true;
    }
    return more;
  }

  listen(wake: () => void): void {
    this.#wake = wake;
    for (const peer of this.#peers.values()) this.#listenTo(peer);
  }

  #listenTo(peer: PortPeer): void {
    peer.listen((frame) => {
      this.#onFrame(frame);
      this.#wake();
    });
  }

  readonly #onFrame = (frame: PortFrame): void => {
    if (!isControl(frame)) {
      this.#cell?.deliver(frame);
      return;
    }
    switch (frame.control) {
      case "peerUp": {
        const peer = new PortPeer(frame.link);
        this.#peers.set(peer.cell, peer);
        this.#cell?.peerUp(peer.cell, peer);
        if (this.#event) this.#listenTo(peer);
        break;
      }
      case "peerDown": {
        const { cell, incarnation, cause } = frame;
        const peer = this.#peers.get(cell);
        if (peer?.incarnation === incarnation) {
          peer.drain(this.#onFrame);
          this.#peers.delete(cell);
          peer.close();
        }
        this.#cell?.peerDown(cell, incarnation, cause);
        break;
      }
      case "named":
        this.names.added(frame.name, importPid(frame.pid), frame.scope);
        break;
      case "unnamed":
        this.names.removed(frame.name, importPid(frame.pid));
        break;
      case "inquire":
        this.#cell?.post(importPid(frame.to), this.#inspection!.message(frame.inquiry, frame.ref));
        break;
      case "member": {
        const { group, pid, times } = frame.membership;
        this.groups.told(group, importPid(pid), times);
        break;
      }
    }
  };
}
