/**
 * The runtime as a process: the kernel's thread. It starts the reader and watchdog threads, and under one
 * supervisor the keepers of all devices and controllers and of the MQTT cell.
 *
 * Loads no native addon and opens no device: all hardware is the guardian's.
 */
import { fileURLToPath } from "node:url";
import { Housing } from "../../devices/handler/housing.ts";
import { keeper } from "../../devices/handler/keeper.ts";
import { TELEMETRY } from "../../devices/handler/messages.ts";
import type { StandInMessage } from "../../devices/handler/stand-in.ts";
import { GuardianControl } from "../../firmware/client/guardian-control.ts";
import { RuntimeWatchdog } from "../../firmware/client/runtime-watchdog.ts";
import { Log } from "../../firmware/guardian/log.ts";
import type { CellSpec, ExportRef } from "../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../runtime/cell/thread-kernel.ts";
import { CrashLog } from "../../runtime/introspection/crash-log.ts";
import { inspector } from "../../runtime/introspection/inspector.ts";
import type { CrashEntry } from "../../runtime/introspection/report.ts";
import { INSPECTOR } from "../../runtime/introspection/tracer.ts";
import { crashReason, describeReason } from "../../runtime/process/exit-reason.ts";
import { BAND } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { supervisor } from "../../runtime/supervision/supervisor.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { NICE, setThreadNice } from "../../runtime/time/thread-priority.ts";
import { placementOf } from "../config/placement.ts";
import { boardPlan, controllerPlans, devicePlans } from "../config/plan.ts";
import { MODULE } from "./cell-modules.ts";
import { checkedConfig } from "./checked-config.ts";
import { changeDriver, isDriverChange } from "./driver-change.ts";
import { type ContractEvent, contractReason } from "./guardian-contract.ts";
import { KeptSettings } from "./kept-settings.ts";
import { mqttPlan } from "./mqtt-plan.ts";
import { readOptions } from "./options.ts";
import { Ownership } from "./ownership.ts";
import { CELL_LIMITS, sharedCells } from "./shared-cells.ts";

const POLICY = ["min_off", "max_on", "interlock"];
const incarnation = Number(process.env.HOLDFAST_INCARNATION ?? 1);
const pipes = process.env.HOLDFAST_PIPES;
if (pipes === undefined) throw new Error("the runtime is started by the guardian: use `holdfast run`");
const options = readOptions(process.env);
setThreadNice(NICE.kernel);
const config = checkedConfig(options);
const board = boardPlan(config);
const devices = devicePlans(config);
const controllers = controllerPlans(config);
const kept = new KeptSettings(options.stateFolder, board.id);
const clock = new SystemClock();
const log = new Log();
const crashes = new CrashLog(board.id, () => clock.now());

const shared = sharedCells(placementOf(config), [...devices, ...controllers]);
const control = new GuardianControl({
  directory: pipes,
  onEvent: (event) => {
    // An owner that runs into its own policy says so itself, once (`waits`).
    if (event.kind === "contract") endForContract(event);
    if (event.kind !== "refusedWrite" || !POLICY.includes(event.status)) tell({ ...event });
  },
});
const ownership = new Ownership(
  control,
  devices,
  shared.map(({ name }) => name),
  incarnation,
);
const watchdog = new RuntimeWatchdog(
  pipes,
  ({ cell, incarnation, cause, lateUs, hardDeadlineUs, processNumber }) => {
    if (cause === "hung")
      tell({ kind: "hung", device: housing.deviceAt(cell, processNumber), lateUs, hardDeadlineUs });
    kernel.endCell(cell, incarnation, cause, processNumber);
  },
  options.limits.kernelMs,
);
const kernel = new ThreadKernel({
  board: board.id,
  clock,
  program: ({ name }) =>
    new URL(`../../cells/${name === "mqtt" ? "mqtt" : "device"}-thread.js`, import.meta.url),
  // One warm thread for the class of devices and controllers, which is what restarts; about 10 MB.
  spares: ({ name }) => (name === "mqtt" ? 0 : 1),
  onStarted: (name, life, progress) => watchdog.watch(name, life, progress, ownership.of(name)),
  hooks: {
    prepare: (life, bell) => ownership.prepare(life, bell),
    ended: (life, cause, culprit) => {
      watchdog.unwatch(life.name, life.incarnation);
      // One that could not report by itself.
      const report = crashes.cellEnded(life, cause, culprit);
      // That it hung was told when it was seen.
      if (report !== undefined && cause !== "hung") tellCrash(report);
      ownership.ended(life, cause);
      housing.cellEnded(life, cause, culprit);
    },
    lend: (life, trial) => ownership.lend(life, trial),
    takeBack: (life, trial) => ownership.takeBack(life, trial),
    becameCell: (life, trial) => {
      watchdog.unwatch(trial.name, trial.incarnation);
      ownership.becameCell(life, trial);
    },
    crashed: (life, details) => tellCrash(crashes.crashed(life, details)),
    logged: ({ name }, record) => log.line({ log: { cell: name, ...record } }),
  },
});

const housing = new Housing({
  kernel,
  shared,
  admit: (id, life, answer) => {
    ownership
      .admit(id, life)
      .then(
        (granted): StandInMessage => ({ type: "granted", granted }),
        (error): StandInMessage => ({ type: "refused", reason: crashReason(error) }),
      )
      .then((message) => {
        watchdog.own(life.name, ownership.of(life.name));
        answer(message);
      });
  },
  released: (id, life, reason) => {
    ownership.released(id, reason);
    watchdog.own(life.name, ownership.of(life.name));
  },
  tell,
});

const hardwareSetup: ExportRef = { module: MODULE.hardware, name: "guardianHardware" };
const driverChanges = { kernel, housing, folder: options.driversFolder, setup: hardwareSetup, tell };
const plan = mqttPlan({
  config,
  options,
  incarnation,
  dashboard: fileURLToPath(new URL("../../dashboard", import.meta.url)),
});

/** Crashes beyond 3 in 10 s cost a rung; off is tried again after 5 s, then 10, up to 5 minutes. */
const rule = {
  intensity: 3,
  periodMs: 10_000,
  firstOffMs: 5000,
  longestOffMs: 300_000,
  emulated: board.hardware === "emulated",
};

function kept_(id: string) {
  return {
    kept: kept.of(id),
    keep: (values: Readonly<Record<string, number | boolean>>) => kept.keep(id, values),
  };
}

function child(id: string, cell: Parameters<typeof keeper>[1]["cell"]): ChildSpec {
  const body = keeper(housing, { id, cell, ...rule, ...kept_(id) });
  return {
    id,
    restart: "permanent",
    shutdownMs: 2000,
    start: (self) => self.spawn(body, [], { label: `keeper of ${id}`, band: BAND.system }),
  };
}

const children: ChildSpec[] = [
  child(
    "mqtt",
    (): CellSpec => ({
      name: "mqtt",
      loop: "event",
      body: { module: MODULE.mqtt, name: "mqttCell" },
      setup: { module: MODULE.mqtt, name: "mqttSetup", data: plan },
      args: [],
      heapMb: 64,
      lastMessages: CELL_LIMITS.lastMessages,
      hangLimitUs: 2_000_000,
    }),
  ),
  {
    id: INSPECTOR,
    restart: "permanent",
    start: (self) => self.spawn(inspector(kernel, crashes), [], { label: INSPECTOR }),
  },
  {
    id: "world",
    restart: "permanent",
    start: (self) => self.spawn(worldProcess, [], { label: "world" }),
  },
  ...devices.map((device) =>
    child(
      device.id,
      (start, keeperPid): CellSpec => ({
        name: device.id,
        body: { module: MODULE.cells, name: "deviceCell" },
        setup: hardwareSetup,
        args: [device, start, keeperPid],
        ...CELL_LIMITS,
        hangLimitUs: device.job.hardDeadlineUs,
      }),
    ),
  ),
  ...controllers.map((controller) =>
    child(
      controller.id,
      (start, keeperPid): CellSpec => ({
        name: controller.id,
        body: { module: MODULE.cells, name: "controllerCell" },
        args: [controller, start, keeperPid],
        ...CELL_LIMITS,
        hangLimitUs: controller.job.hardDeadlineUs,
      }),
    ),
  ),
];

const root = kernel.cell.spawn(
  supervisor({
    strategy: "oneForOne",
    intensity: 10,
    periodMs: 10_000,
    children,
    onEvent: (event) => {
      const { kind, id } = event;
      // A crash below is told by the kernel; this is the last that is heard before the runtime ends.
      if (kind === "gaveUp") tell({ kind, device: id, cause: describeReason(event.reason) });
    },
  }),
  [],
  { label: "root supervisor", band: BAND.system },
);
kernel.cell.spawn(endWithRoot, [], { label: "end", band: BAND.system });
kernel.cell.post(root, { type: "go" });
process.on("SIGTERM", () => kernel.cell.exit(undefined, root, "shutdown"));
process.on("SIGINT", () => {});

/** The guardian starts the next runtime when this one ends. The outputs are safe or held by then, as configured. */
function* endWithRoot(self: Self) {
  self.monitor(root);
  yield* self.receive("down");
  kept.flush();
  process.kill(process.pid, "SIGKILL");
}

/** The guardian has fenced a cell that broke the contract with it: it can do no harm now, and ends. */
function endForContract(event: ContractEvent): void {
  const holder = ownership.holder(event);
  if (holder === undefined) return;
  const { name, life } = holder;
  housing.endCell(name, life.incarnation, contractReason(event, board.id, life.name, housing.numberOf(name)));
}

/** Changes of the emulated world, on their way from the page to the guardian. */
function* worldProcess(self: Self<{ type: "set"; device: string; set: Readonly<Record<string, unknown>> }>) {
  self.register("world");
  for (;;) {
    const message = yield* self.receive("set");
    const { device, set } = message;
    if (isDriverChange(set)) {
      changeDriver(device, set, driverChanges);
      continue;
    }
    const fault = set.fault;
    if (fault === "crash" || fault === "hang" || fault === "leak") {
      self.send(device, { type: "fault", fault });
      continue;
    }
    control.world(device, set).catch((error: Error) => {
      tell({ kind: "refused", device, command: { world: set }, reason: error.message });
    });
  }
}

function tellCrash(report: CrashEntry): void {
  const { cell, label, pid, names, reason, restarts, notes, handled, waiting, mailboxLength } = report;
  const stack = typeof reason === "object" && "stack" in reason ? reason.stack : null;
  const about = { process: label, pid, names, cause: describeReason(reason), restarts, ...notes };
  const device = housing.cellOf(label)?.name === cell ? label : cell;
  tell({ kind: "crash", device, ...about, stack, handled, waiting, mailboxLength });
}

function tell(event: { kind: string; [key: string]: unknown }): void {
  kernel.cell.post(TELEMETRY, { type: "event", event });
}
