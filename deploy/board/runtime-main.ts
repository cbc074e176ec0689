/**
 * The runtime as a process: the kernel's thread. It starts the reader and watchdog threads, and under one
 * supervisor the keepers of all devices and controllers and of the MQTT cell.
 *
 * Loads no native addon and opens no device: all hardware is the guardian's.
 */
import { uptime } from "node:os";
import { fileURLToPath } from "node:url";
import { Housing } from "../../devices/handler/housing.ts";
import { TELEMETRY } from "../../devices/handler/messages.ts";
import type { StandInMessage } from "../../devices/handler/stand-in.ts";
import { GuardianControl } from "../../firmware/client/guardian-control.ts";
import { describeWait } from "../../firmware/client/outside-wait.ts";
import { RuntimeWatchdog } from "../../firmware/client/runtime-watchdog.ts";
import { Log } from "../../firmware/guardian/log.ts";
import type { ExportRef } from "../../runtime/cell/kernel.ts";
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
import { chainPlace, describePlace, type PlaceGiven, takePlace } from "../../runtime/time/thread-place.ts";
import { NICE, setThreadNice } from "../../runtime/time/thread-priority.ts";
import { openCode } from "../code/open-code.ts";
import { isSmall, placementOf } from "../config/placement.ts";
import { boardPlan, controllerPlans, devicePlans } from "../config/plan.ts";
import { realtimePlan } from "../config/realtime-schema.ts";
import { reloadChild } from "../reload/open-reload.ts";
import { PlansInForce } from "../reload/plans-in-force.ts";
import { RUNNING } from "../reload/running-config.ts";
import { boardUid } from "./board-uid.ts";
import { markBoot, readBootNotice } from "./boot-notice.ts";
import { busWatch } from "./bus-watch.ts";
import { MODULE } from "./cell-modules.ts";
import { cellProgram, ownProgram } from "./cell-programs.ts";
import { checkedConfig } from "./checked-config.ts";
import { crashEvent } from "./crash-event.ts";
import { deskChild } from "./desk-child.ts";
import { deviceViews } from "./device-views.ts";
import { stormMessage, withInput } from "./event-input.ts";
import { FAULTS, faultDesk, latchMessage } from "./fault-desk.ts";
import { type ContractEvent, contractReason } from "./guardian-contract.ts";
import { guestChildren } from "./guests.ts";
import { HangDesk } from "./hang-desk.ts";
import { KeeperChildren } from "./keeper-children.ts";
import { KeptBoots } from "./kept-boots.ts";
import { KeptLadders } from "./kept-ladders.ts";
import { keptSettings } from "./kept-settings.ts";
import { goBeforeTheGuardian } from "./memory-rank.ts";
import { mqttPlan } from "./mqtt-plan.ts";
import { openCrashes } from "./open-crashes.ts";
import { readOptions } from "./options.ts";
import { Ownership } from "./ownership.ts";
import { sharedCells } from "./shared-cells.ts";
import { WORLD, worldDesk } from "./world-desk.ts";

const POLICY = ["min_off", "max_on", "interlock", "switching"];
const incarnation = Number(process.env.HOLDFAST_INCARNATION ?? 1);
const pipes = process.env.HOLDFAST_PIPES;
if (pipes === undefined) throw new Error("the runtime is started by the guardian: use `holdfast run`");
const options = readOptions(process.env);
setThreadNice(NICE.kernel);
goBeforeTheGuardian();
const running = process.env[RUNNING] || undefined;
const config = checkedConfig(options, running);
const board = boardPlan(config);
const boot = readBootNotice(process.env);
/** Reset too often: nothing but telemetry runs, the guardian keeps every output safe. */
const devices = boot?.keptSafe ? [] : devicePlans(config);
const controllers = boot?.keptSafe ? [] : controllerPlans(config);
const inForce = new PlansInForce([...devices, ...controllers], deviceViews(config));
const kept = keptSettings(options.stateFolder, board.id);
/** A runtime that the same guardian started before this one: its clock is this one's. */
const keptLadders = new KeptLadders(options.stateFolder, board.id, { sameClock: incarnation > 1 });
const clock = new SystemClock();
const log = new Log();
const realtime = realtimePlan(config);
const placed = (cell: string, given: PlaceGiven) =>
  log.line({ place: { cell, ...given, text: describePlace(`the ${cell}`, given) } });
if (realtime.chain) placed("kernel", takePlace(chainPlace("kernel")));
if (boot !== undefined)
  markBoot(new KeptBoots(options.stateFolder, board.id, boot.bootId), uptime, (why) =>
    log.line({ notKept: why }),
  );
const crashes = new CrashLog(board.id, () => clock.now());
const keptCrashes = openCrashes({
  ...{ stateFolder: options.stateFolder, board: board.id, incarnation, boot, environment: process.env },
  notKept: (why) => {
    log.line({ notKept: why });
    tell({ kind: "problem", cause: why });
  },
});

const placements = boot?.keptSafe ? [] : placementOf(config);
const shared = sharedCells(placements, [...devices, ...controllers], realtime.cells);
const control = new GuardianControl({
  directory: pipes,
  ...(realtime.chain && { readerPlace: chainPlace("reader") }),
  onReaderPlaced: (given) => placed("reader", given),
  onEvent: (event) => {
    // An owner that runs into its own policy says so itself, once (`waits`).
    if (event.kind === "contract") endForContract(event);
    if (event.kind !== "refusedWrite" || !POLICY.includes(event.status)) hear(withInput(event, devices));
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
  ({ finding, hardDeadlineUs }) => void hangs.found(finding, hardDeadlineUs),
  {
    kernelLimitMs: options.limits.kernelMs,
    ...(realtime.chain && { place: chainPlace("watchdog") }),
    onPlaced: (given) => placed("watchdog", given),
  },
);
const kernel = new ThreadKernel({
  board: board.id,
  clock,
  program: ({ name }) => ownProgram(name) ?? new URL(code.program),
  // One warm thread for the class of devices and controllers, which is what restarts; about 10 MB.
  spares: ({ name }) => (ownProgram(name) === undefined && !isSmall(config) ? 1 : 0),
  onStarted: (cell) => watchdog.watch(cell, ownership.of(cell.cell)),
  hooks: {
    prepare: (life, bell) => ownership.prepare(life, bell),
    ended: (life, cause, culprit) => {
      watchdog.unwatch(life.name, life.incarnation);
      // One that could not report by itself.
      const { process = culprit, verdict } = hangs.take(life.name, life.incarnation) ?? {};
      const report = crashes.cellEnded(life, cause, process, verdict);
      // That it hung was told when it was seen.
      if (report !== undefined && verdict === undefined)
        tellCrash(report, housing.deviceAt(life.name, process ?? 0));
      ownership.ended(life, cause);
      housing.cellEnded(life, cause, culprit);
    },
    lend: (life, trial) => ownership.lend(life, trial),
    takeBack: (life, trial) => ownership.takeBack(life, trial),
    becameCell: (life, trial) => {
      watchdog.unwatch(trial.name, trial.incarnation);
      ownership.becameCell(life, trial);
    },
    crashed: (life, details) => {
      const { label } = details;
      // In a shared cell a device's process bears its name.
      const device = housing.cellOf(label)?.name === life.name ? label : life.name;
      tellCrash(crashes.crashed(life, details), device);
    },
    logged: ({ name }, record) => log.line({ log: { cell: name, ...record } }),
  },
});
const hangs = new HangDesk({
  kernel,
  tell,
  deviceAt: (cell, process) => housing.deviceAt(cell, process),
  waitsFor: (device, what) => describeWait(what, ownership.linkOf(device)),
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
const codeTrials = new Set<string>();
const { code, child: codeChild } = openCode({
  ...{ kernel, tell, placements, controllers, plans: inForce, trials: codeTrials },
  slots: process.env.HOLDFAST_SLOTS ?? "",
  program: cellProgram("device").href,
});
const driverChanges = {
  ...{ kernel, housing, folder: options.driversFolder, setup: hardwareSetup, tell },
  trials: codeTrials,
  isReloading: () => inForce.before.length > 0 || code.isOnTrial,
};
const plan = mqttPlan({
  config,
  options,
  uid: boardUid(options.stateFolder, board.id, (why) => log.line({ notKept: why })),
  incarnation,
  dashboard: fileURLToPath(new URL("../../dashboard", import.meta.url)),
  notKept: (why) => log.line({ notKept: why }),
  boot,
  lastLife: keptCrashes.last,
});

const keepers = new KeeperChildren({
  ...{ home: housing, kept, keptLadders, realtime, controllers, plans: inForce },
  emulated: board.hardware === "emulated",
  hardware: hardwareSetup,
  kernelLimitMs: options.limits.kernelMs,
});
const children: ChildSpec[] = [
  keepers.mqtt(plan),
  deskChild(INSPECTOR, inspector(kernel, crashes)),
  deskChild(FAULTS, faultDesk(control, devices)),
  reloadChild({
    ...{ kernel, plans: inForce, options, running, log, tell, boot },
    onTrial: () => [...codeTrials, ...(code.isOnTrial ? code.state.cells : [])],
  }),
  codeChild,
  deskChild(
    "buses",
    busWatch(() => control.buses()),
  ),
  deskChild(WORLD, worldDesk(control, driverChanges)),
  ...guestChildren(kernel, plan.links),
  ...devices.map((device) => keepers.device(device)),
  ...controllers.map((controller) => keepers.controller(controller)),
];

// The guardian says it in its log; this is for whoever watches from afar.
for (const cause of JSON.parse(process.env.HOLDFAST_BOOT_LEVELS ?? "[]") as string[])
  tell({ kind: "bootLevels", cause });

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
process.on("SIGTERM", () => {
  keptCrashes.kept.end(true);
  kernel.cell.exit(undefined, root, "shutdown");
});
process.on("SIGINT", () => {});

/** The guardian starts the next runtime when this one ends. The outputs are safe or held by then, as configured. */
function* endWithRoot(self: Self) {
  self.monitor(root);
  yield* self.receive("down");
  kept.flush();
  keptLadders.flush();
  keptCrashes.kept.end(false);
  process.kill(process.pid, "SIGKILL");
}

/** The guardian has fenced a cell that broke the contract with it: it can do no harm now, and ends. */
function endForContract(event: ContractEvent): void {
  const holder = ownership.holder(event);
  if (holder === undefined) return;
  const { name, life } = holder;
  housing.endCell(name, life.incarnation, contractReason(event, board.id, life.name, housing.numberOf(name)));
}

function tellCrash(report: CrashEntry, device: string): void {
  tell(crashEvent(report, device));
}

/** People are told, the device of an input whose line cannot be believed, and whoever knows of latched outputs. */
function hear(event: ReturnType<typeof withInput>): void {
  tell({ ...event });
  const message = stormMessage(event);
  if (message !== undefined && event.device !== undefined) kernel.cell.post(event.device, message);
  const latch = latchMessage(event);
  if (latch !== undefined) kernel.cell.post(FAULTS, latch);
}

function tell(event: { kind: string; [key: string]: unknown }): void {
  keptCrashes.kept.heard(event);
  kernel.cell.post(TELEMETRY, { type: "event", event });
}
