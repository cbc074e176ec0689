/**
 * A whole board in one thread under virtual time: the real keepers, device and controller cells, supervisor,
 * guardian and emulated world, cranked together from expiry to expiry. Only the telemetry is a stand-in: it
 * writes down what it is told.
 *
 * The same configuration and the same sequence of calls give the same journal, to the last character.
 */

import { deviceViews } from "../../deploy/board/device-views.ts";
import { type EmulatedBoard, emulatedBoard } from "../../deploy/board/emulated-board.ts";
import { stormMessage, withInput } from "../../deploy/board/event-input.ts";
import { type ContractEvent, contractReason } from "../../deploy/board/guardian-contract.ts";
import { sharedCells } from "../../deploy/board/shared-cells.ts";
import type { BoardConfig } from "../../deploy/config/board-schema.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { placementOf } from "../../deploy/config/placement.ts";
import { boardPlan, controllerPlans, devicePlans, hardwarePlan } from "../../deploy/config/plan.ts";
import { checkCell } from "../../deploy/reload/check-cell.ts";
import { CHECK_CELL } from "../../deploy/reload/check-messages.ts";
import { PlansInForce } from "../../deploy/reload/plans-in-force.ts";
import { type ReloadDeskOptions, reloadDesk } from "../../deploy/reload/reload-desk.ts";
import { RELOAD } from "../../deploy/reload/reload-messages.ts";
import type { Command } from "../../devices/command-spec.ts";
import { controllerCell, deviceCell, deviceResources } from "../../devices/handler/cells.ts";
import type { ReadingMessage } from "../../devices/handler/contracts.ts";
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import { Housing } from "../../devices/handler/housing.ts";
import { type KeeperSpec, keeper, keeperName } from "../../devices/handler/keeper.ts";
import { deviceRule } from "../../devices/handler/ladder-rule.ts";
import type { LadderRecord } from "../../devices/handler/ladder-state.ts";
import { TELEMETRY, type TelemetryMessage } from "../../devices/handler/messages.ts";
import type { ModeOrder } from "../../devices/handler/mode.ts";
import { sharedCell, sharedResources } from "../../devices/handler/shared-cell.ts";
import type { StandInMessage } from "../../devices/handler/stand-in.ts";
import { LocalGuardian } from "../../firmware/client/local-hardware.ts";
import type { WireHardware } from "../../firmware/client/wire-hardware.ts";
import type { OwnerEpoch } from "../../firmware/contracts/control.ts";
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import type { CellLife, CellSpec } from "../../runtime/cell/kernel.ts";
import { LocalKernel } from "../../runtime/cell/local-kernel.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import { CRITICALITY_BAND } from "../../runtime/process/criticality-band.ts";
import { crashReason, describeReason, type ExitReason } from "../../runtime/process/exit-reason.ts";
import { BAND, type ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { supervisor } from "../../runtime/supervision/supervisor.ts";
import { VirtualClock } from "../../runtime/time/virtual-clock.ts";
import { type Change, demoWith } from "../deploy/demo-board.ts";
import { BoardTrace } from "./board-trace.ts";

export interface SimulatedBoardOptions {
  /** Changes of the demo board's configuration. */
  readonly changes?: readonly Change[];
  /** Seed of the world. Default 1. */
  readonly seed?: number;
  /** How often the model of the world moves on, ms. Default 100, as in a world of its own process. */
  readonly worldStepMs?: number;
  /** Keeps every reading and state as well. */
  readonly journal?: boolean;
  /** Code that stands for a device's or controller's own, by its id: misbehaving ones. */
  readonly bodies?: Readonly<Record<string, Body>>;
  readonly onReading?: (reading: ReadingMessage) => void;
  /** What the runtime before had kept of the ladders. */
  readonly ladders?: ReadonlyMap<string, LadderRecord>;
  /** Its configuration can be read again: from `file`, beside the copy of what runs. */
  readonly reloads?: Pick<ReloadDeskOptions, "file" | "running"> & Partial<Pick<ReloadDeskOptions, "whyNot">>;
}

const MODULE = "simulation";

export class SimulatedBoard {
  readonly clock = new VirtualClock(0);
  readonly trace: BoardTrace;
  readonly kernel: LocalKernel;
  readonly housing: Housing;
  readonly guardian: LocalGuardian;
  readonly world: EmulatedBoard;
  readonly devices: readonly DevicePlan[];
  /** What is kept of the ladders for the next runtime. */
  readonly ladders = new Map<string, LadderRecord>();
  readonly #ladders: ReadonlyMap<string, LadderRecord>;
  readonly #config: BoardConfig;
  readonly #plans: PlansInForce;
  readonly #reloads: SimulatedBoardOptions["reloads"];
  readonly #bodies: Readonly<Record<string, Body>>;
  readonly #stepUs: number;
  readonly #owners = new Map<string, OwnerEpoch & { readonly cell: string }>();
  /** What the latest life of each member of a shared cell was granted, by its id. */
  readonly #granted = new Map<string, Hardware>();
  readonly #epochs = new Map<string, number>();
  readonly #cutOff = new Set<string>();
  #nextStepUs: number;

  constructor({
    changes = [],
    seed = 1,
    worldStepMs = 100,
    journal = false,
    bodies = {},
    onReading,
    ladders = new Map(),
    reloads,
  }: SimulatedBoardOptions = {}) {
    this.#config = configOf(changes, seed);
    this.#reloads = reloads;
    this.#plans = new PlansInForce(
      [...devicePlans(this.#config), ...controllerPlans(this.#config)],
      deviceViews(this.#config),
    );
    this.#ladders = ladders;
    this.#bodies = bodies;
    this.#stepUs = worldStepMs * 1000;
    this.#nextStepUs = this.#stepUs;
    const { clock } = this;
    this.devices = devicePlans(this.#config);
    this.trace = new BoardTrace(() => clock.now(), onReading ?? (() => {}), journal);
    this.world = emulatedBoard(this.#config, clock);
    this.world.lines.witness.follow((record) => this.trace.output(record));
    const plan = hardwarePlan(this.#config);
    this.guardian = new LocalGuardian(plan, {
      clock,
      backend: new LocalBackend(plan, {
        ...this.world,
        wait: (us) => clock.advanceTo(clock.now() + us),
      }),
      onEvent: (event) => {
        const about = withInput(event, this.devices);
        this.#tell({ ...event });
        const message = stormMessage(event);
        if (message !== undefined && about.device !== undefined) this.kernel.cell.post(about.device, message);
        if (event.kind === "contract") this.#endForContract(event);
      },
    });
    this.kernel = new LocalKernel({
      board: boardPlan(this.#config).id,
      clock,
      load: (spec, life) => this.#load(spec, life),
      hooks: {
        ended: (life, cause, culprit) => {
          this.#ended(life.name, cause);
          this.housing.cellEnded(life, cause, culprit);
        },
        crashed: ({ name }, { label, reason, pid }) =>
          this.#tell({ kind: "crash", device: name, process: label, pid, cause: describeReason(reason) }),
      },
    });
    this.housing = new Housing({
      kernel: this.kernel,
      shared: sharedCells(placementOf(this.#config), [...this.devices, ...controllerPlans(this.#config)]),
      admit: (id, { name }, answer) => answer(this.#admit(id, name)),
      released: (id, _, reason) => this.#released(id, reason),
      tell: (event) => this.#tell({ ...event }),
    });
    const children = this.#children();
    const root = supervisor({ strategy: "oneForOne", intensity: 10, periodMs: 10_000, children });
    this.kernel.cell.spawn(root, [], { label: "root supervisor", band: BAND.system });
    this.kernel.settle();
  }

  /** Cranks everything to `seconds` from the start, stopping at every expiry on the way. */
  until(seconds: number): void {
    const endUs = Math.round(seconds * 1e6);
    for (;;) {
      this.guardian.guardian.expire();
      this.kernel.settle();
      const nextUs = Math.min(this.kernel.nextWakeUs(), this.guardian.guardian.nextUs, this.#nextStepUs);
      if (nextUs > endUs) break;
      this.clock.advanceTo(Math.max(nextUs, this.clock.now()));
      if (this.clock.now() < this.#nextStepUs) continue;
      this.world.step(this.#stepUs / 1e6);
      this.#nextStepUs += this.#stepUs;
    }
    this.clock.advanceTo(Math.max(endUs, this.clock.now()));
  }

  for(seconds: number): void {
    this.until(this.seconds + seconds);
  }

  /** Simulated time, s. */
  get seconds(): number {
    return this.clock.now() / 1e6;
  }

  /** A checked command of a person, as the gate passes it on. */
  command(device: string, command: Command): void {
    this.#post(device, { type: "command", command });
  }

  /** A person's order to the ladder of a device, as the gate passes it on. */
  order(device: string, mode: ModeOrder, forMs?: number): void {
    const command: Command = { values: {}, mode, ...(forMs === undefined ? {} : { forMs }) };
    this.#post(keeperName(device), { type: "operate", command });
  }

  /** What the page does to an emulated world. */
  set(device: string, set: Readonly<Record<string, unknown>>): void {
    this.world.onSet(device, set);
    this.kernel.settle();
  }

  /** The driver throws at its next message. */
  crash(device: string): void {
    this.#post(device, { type: "fault", fault: "crash" });
  }

  /** It throws at its next message, and what `then` sends it is already behind that one. */
  crashAnd(device: string, then: () => void): void {
    this.kernel.cell.post(device, { type: "fault", fault: "crash" });
    then();
  }

  /** The cell ends, nobody tells the guardian, and it cannot be started again. */
  cutOff(device: string, incarnation = 1): void {
    this.#cutOff.add(device);
    this.kernel.endCell(device, incarnation, "killed");
    this.kernel.settle();
  }

  /** Logical level of a device's output: what the world sees of it. */
  level(device: string): number {
    const { line, activeLow } = this.devices.find(({ id }) => id === device)!.output!;
    const found = this.world.lines.find(line)!;
    return activeLow ? 1 - found.level : found.level;
  }

  #post(device: string, message: unknown): void {
    this.kernel.cell.post(device, message);
    this.kernel.settle();
  }

  #tell(event: { kind: string; [key: string]: unknown }): void {
    this.kernel?.cell.post(TELEMETRY, { type: "event", event });
  }

  #load(spec: CellSpec, { name }: CellLife) {
    if (name === TELEMETRY) return { body: telemetryBody(this.trace) };
    if (name === CHECK_CELL) return { body: this.#bodies[name] ?? (checkCell as unknown as Body) };
    if (this.#cutOff.has(name)) throw new Error("the guardian does not answer");
    if (spec.body.name === "controllerCell")
      return { body: this.#bodies[name] ?? (controllerCell as unknown as Body) };
    if (spec.body.name === "sharedCell") {
      const resources = sharedResources((id) => this.#granted.get(id as string)!);
      return { body: sharedCell as unknown as Body, resources };
    }
    const hardware = this.#grant(name, name);
    return {
      body: this.#bodies[name] ?? (deviceCell as unknown as Body),
      resources: deviceResources(hardware),
    };
  }

  #grant(device: string, cell: string): WireHardware {
    const owner = this.devices.findIndex(({ id }) => id === device);
    const { output, input, chip } = this.devices[owner]!;
    const epoch = (this.#epochs.get(device) ?? 0) + 1;
    this.#epochs.set(device, epoch);
    const hardware = this.guardian.grant({
      owner,
      epoch,
      outputs: output === undefined ? [] : [output.line],
      inputs: input === undefined ? [] : [input.line],
      i2c: chip === undefined ? [] : [chip],
    });
    this.#owners.set(device, { owner, epoch, cell });
    return hardware;
  }

  #admit(id: string, cell: string): StandInMessage {
    if (!this.devices.some((device) => device.id === id)) return { type: "granted" };
    try {
      this.#granted.set(id, this.#grant(id, cell));
      return { type: "granted", granted: id };
    } catch (error) {
      return { type: "refused", reason: crashReason(error) };
    }
  }

  #ended(name: string, cause: ExitReason): void {
    for (const [device, { cell }] of this.#owners) if (cell === name) this.#released(device, cause);
  }

  #released(device: string, cause: ExitReason): void {
    const owner = this.#owners.get(device);
    this.#owners.delete(device);
    if (owner === undefined || this.#cutOff.has(device)) return;
    if (cause === "shutdown" || cause === "normal") this.guardian.guardian.revoke(owner);
    else this.guardian.guardian.fence(owner);
  }

  #endForContract(event: ContractEvent): void {
    for (const [name, { owner, epoch, cell }] of this.#owners) {
      if (owner !== event.owner || epoch !== event.epoch) continue;
      const { incarnation } = this.kernel.cells().find((status) => status.cell === cell)!;
      const number = this.housing.numberOf(name);
      const reason = contractReason(event, boardPlan(this.#config).id, cell, number);
      this.housing.endCell(name, incarnation, reason);
    }
  }

  #children(): ChildSpec[] {
    const spec = (name: string, body: string, args: readonly unknown[], band: number): CellSpec => ({
      name,
      body: { module: MODULE, name: body },
      args,
      band,
    });
    const controllers = controllerPlans(this.#config);
    const dependentsOf = (id: string) =>
      controllers.filter(({ dependsOn }) => dependsOn.includes(id)).map((plan) => plan.id);
    return [
      this.#child(TELEMETRY, { rule: deviceRule(30_000) }, () => spec(TELEMETRY, TELEMETRY, [], BAND.normal)),
      ...this.#reloadChild(),
      ...this.devices.map((plan) =>
        this.#child(plan.id, { rule: plan.ladder, dependents: dependentsOf(plan.id) }, (start, pid) =>
          spec(plan.id, "deviceCell", [this.#plans.of(plan), start, pid], CRITICALITY_BAND[plan.criticality]),
        ),
      ),
      ...controllers.map((plan) =>
        this.#child(plan.id, { rule: plan.ladder, dependsOn: plan.dependsOn }, (start, pid) =>
          spec(
            plan.id,
            "controllerCell",
            [this.#plans.of(plan), start, pid],
            CRITICALITY_BAND[plan.criticality],
          ),
        ),
      ),
    ];
  }

  #reloadChild(): ChildSpec[] {
    if (this.#reloads === undefined) return [];
    const desk = reloadDesk({
      whyNot: () => undefined,
      ...{ kernel: this.kernel, plans: this.#plans, ...this.#reloads },
      emulated: false,
      tell: (event) => this.#tell({ ...event }),
    });
    return [{ id: RELOAD, restart: "permanent", start: (self) => self.spawn(desk, [], { label: RELOAD }) }];
  }

  #child(
    id: string,
    ladder: Pick<KeeperSpec, "rule" | "dependsOn" | "dependents">,
    cell: KeeperSpec["cell"],
  ): ChildSpec {
    const before = this.#ladders.get(id);
    const body = keeper(this.housing, {
      id,
      cell,
      ...ladder,
      ...(before === undefined ? {} : { before }),
      keepLadder: (record) => void this.ladders.set(id, record),
      kept: {},
      keep: () => {},
      emulated: true,
    });
    return {
      id,
      restart: "permanent",
      start: (self) => self.spawn(body, [], { label: `keeper of ${id}`, band: BAND.system }),
    };
  }
}

function telemetryBody(trace: BoardTrace): Body {
  return function* telemetry(self: Self<TelemetryMessage>): ProcessGenerator {
    self.register(TELEMETRY);
    for (;;) trace.take((yield* self.receive()) as TelemetryMessage);
  } as Body;
}

function configOf(changes: readonly Change[], seed: number): BoardConfig {
  const { config, problems } = parseConfig(demoWith(["world.seed", seed], ...changes));
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
}
