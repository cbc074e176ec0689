/** The one way of a cell on trial, to the version before it; when it has passed, all the ways of that one. */
import type { ToTrial } from "../code-change/gate-frame.ts";
import type { TrialCell } from "../code-change/trial-cell.ts";
import type { Cell } from "../process/cell.ts";
import { Groups } from "../process/groups.ts";
import type { NameRegistry } from "../process/names.ts";
import { Names } from "../process/names.ts";
import { exportPid } from "../process/pid.ts";
import { CellPorts } from "./cell-ports.ts";
import type { ControlFrame, PeerLink, PortFrame } from "./control-frame.ts";
import { PortPeer } from "./port-peer.ts";

export class TrialPorts {
  readonly names = new Names();
  readonly groups = new Groups();
  readonly #gate: PortPeer;
  #cell: Cell | undefined;
  #trial: TrialCell | undefined;
  #ports: CellPorts | undefined;

  constructor(gate: PeerLink) {
    this.#gate = new PortPeer(gate);
  }

  /** To the kernel; on trial only what was printed gets there. */
  tellKernel(frame: ControlFrame): void {
    if (this.#ports !== undefined) this.#ports.tellKernel(frame);
    else if (frame.control === "log") this.#gate.post(frame);
    else if (frame.control === "ended") this.tell({ control: "failed", cause: frame.reason });
  }

  /** As `CellPorts.notGiven`; on trial the old version passes it on. */
  notGiven(board: string): void {
    if (this.#ports !== undefined) this.#ports.notGiven(board);
    else this.#gate.post({ control: "notGiven", board });
  }

  /** To the old version. */
  tell(frame: PortFrame): void {
    this.#gate.post(frame);
  }

  connect(cell: Cell, trial: TrialCell): void {
    this.#cell = cell;
    this.#trial = trial;
    const registry = (): NameRegistry =>
      this.#ports === undefined
        ? trial.registry
        : {
            claim: (name, pid, scope) =>
              this.tellKernel({ control: "claim", name, pid: exportPid(pid), scope }),
            release: (name, pid) => this.tellKernel({ control: "release", name, pid: exportPid(pid) }),
          };
    this.names.connect({
      claim: (name, pid, scope) => registry().claim(name, pid, scope),
      release: (name, pid) => registry().release(name, pid),
    });
  }

  drainKernel(): void {
    this.#ports?.drainKernel();
  }

  drain(): boolean {
    if (this.#ports !== undefined) return this.#ports.drain();
    this.#gate.drain((frame) => this.#onFrame(frame as ToTrial));
    return this.#ports !== undefined;
  }

  #onFrame(frame: ToTrial): void {
    if (frame.control === "yours") {
      const [kernel, ...others] = frame.links as [PeerLink, ...PeerLink[]];
      const ports = new CellPorts(kernel, false, this.names, this.groups);
      ports.takeOver(this.#cell!, others, frame.boards);
      this.#ports = ports;
      this.groups.connect({
        membership: (group, pid, times) =>
          this.tellKernel({ control: "member", membership: { group, pid: exportPid(pid), times } }),
      });
      this.#gate.close();
    }
    this.#trial?.onFrame(frame);
  }
}
