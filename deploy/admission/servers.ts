/** From jobs to what serves them: each cell, each bus, and the share of a core that each thread takes. */
import type { Load } from "../../runtime/time/admission/cores.ts";
import { type Task, usePpm } from "../../runtime/time/admission/task.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { busClock } from "../config/wired-buses.ts";
import type { BoardServer } from "./board-server.ts";
import { busServer } from "./bus-server.ts";
import { busTime } from "./bus-time.ts";
import { type CellMembers, spins } from "./cell-members.ts";
import { cellServer } from "./cell-server.ts";
import { boardWork, type Work } from "./jobs.ts";
import { type Machine, OVERHEADS, SPIN_PPM } from "./machine.ts";

/** A checked configuration as what has to fit somewhere. */
export class BoardServers {
  readonly #config: BoardConfig;
  readonly #members: readonly CellMembers[];
  readonly #machine: Machine;
  readonly #work: readonly Work[];

  constructor(config: BoardConfig, members: readonly CellMembers[], machine: Machine) {
    this.#config = config;
    this.#members = members;
    this.#machine = machine;
    this.#work = boardWork(config);
  }

  /** All cells. */
  cells(): readonly BoardServer[] {
    return this.#members.map((cell) => this.#cell(cell));
  }

  /** All buses. */
  buses(): readonly BoardServer[] {
    const { buses = {}, spi = {} } = this.#config;
    return [...Object.keys(buses), ...Object.keys(spi)].map((bus) => this.#bus(bus));
  }

  /** One of them; undefined when there is none of this name. */
  named(kind: BoardServer["kind"], name: string): BoardServer | undefined {
    if (kind === "bus") return busClock(this.#config, name) === undefined ? undefined : this.#bus(name);
    const cell = this.#members.find((other) => other.name === name);
    return cell === undefined ? undefined : this.#cell(cell);
  }

  /** Every thread and process, with its share of a core. */
  loads(): readonly Load[] {
    const spinning = this.#members.filter((cell) => spins(this.#config, cell));
    const spinPpm = Math.min(SPIN_PPM.cell, Math.floor(SPIN_PPM.board / Math.max(1, spinning.length)));
    const cells = this.#members.map((cell): Load => {
      const tasks = this.#work.filter(({ owner }) => cell.members.includes(owner)).map(cpuTask);
      const cpu = usePpm({ tasks, pauses: [this.#machine.collection] });
      return {
        name: cell.name,
        usePpm: cpu + (spinning.includes(cell) ? spinPpm : 0),
        ...(cell.core !== undefined && { core: cell.core }),
      };
    });
    return [...OVERHEADS, ...cells];
  }

  #cell(cell: CellMembers): BoardServer {
    return cellServer(this.#config, cell, this.#members, this.#work, this.#machine);
  }

  #bus(name: string): BoardServer {
    return busServer(name, busTime(this.#config, name), this.#work);
  }
}

/** Of a core it takes its budget; while a request is under way it sleeps. */
function cpuTask({ name, periodUs, deadlineUs, band, cost }: Work): Task {
  return { name, periodUs, deadlineUs, band, parts: [{ waitUs: 0, runUs: cost.budgetUs }] };
}
