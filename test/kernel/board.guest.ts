/** The greenhouse on real drivers: gpio-sim and i2c-sim in the place of its wires, judged from their other side. */
import { execFileSync } from "node:child_process";
import { equal, is, ok } from "uvu/assert";
import { Board } from "../end-to-end/board.ts";
import { runs } from "../end-to-end/processes.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { loadChips } from "./fixtures/chip-images.ts";
import { deviceTree } from "./fixtures/device-tree.ts";
import { i2cSim } from "./fixtures/i2c-sim.ts";
import { realBoard } from "./fixtures/real-board.ts";
import { SimHeader } from "./fixtures/sim-header.ts";

/** A dozen threads on an emulated processor: what is judged is what happens, not how fast. */
const SEEN_MS = 400_000;
const SLOW = {
  HOLDFAST_PET_LIMIT: "20s",
  HOLDFAST_KERNEL_LIMIT: "20s",
  HOLDFAST_GUARDIAN_LIMIT: "60s",
  HOLDFAST_ANSWER_LIMIT: "20s",
};

/** A command for an hour, not long after. */
const stillHalfAnHour = ({ remainingMs }: Record<string, unknown>) => Number(remainingMs) > 1_800_000;

/** Wall time goes on afterwards as if nobody had set it. */
function keepClock(t: SpecContext): void {
  const startMs = Date.now() - performance.now();
  t.defer(() => setClock(startMs + performance.now()));
}

/** What NTP does to a board without a clock of its own, and what a battery that ran out does. */
function setClock(ms: number): void {
  execFileSync("date", ["-s", `@${Math.round(ms / 1000)}`], { stdio: "ignore" });
}

spec(
  "the greenhouse works on real drivers, and its lines are safe whoever dies",
  async (t) => {
    const header = new SimHeader();
    t.defer(() => header.close());
    i2cSim.reset();
    await loadChips({ temperatureC: 12, volts: 1.2 }); // cold, and wet enough
    const board = await Board.launch({
      config: realBoard(),
      env: { ...SLOW, HOLDFAST_DEVICE_TREE: deviceTree(t, { i2c1: "okay" }) },
    });
    t.defer(() => board.discard());
    const at = (line: string, level: number) =>
      until(`${line} at ${level}\n${board.logText()}`, () => header.level(line) === level, SEEN_MS);
    await board.inService(SEEN_MS);
    // A runtime may have died before, on a machine that leaves the guest so little that it does not load within its 30 s.
    const deaths = () => board.logged("runtimeDead").length;
    const before = deaths();
    await board.joinMqtt(SEEN_MS);
    is(board.last("status")?.hardware, "linux");

    await at("GPIO17", 1); // the thermostat read 12 degrees through i2c-1 and heats
    const { value } = await board.waitForLast(
      "climate/temperature",
      "good",
      ({ quality }) => quality === "good",
      SEEN_MS,
    );
    ok(Math.abs(Number(value) - 12) < 0.1, `${value}`);
    is(header.level("GPIO6"), 1, "the pump is active low and off");
    await board.command("led", { on: true, for: "1h" });
    await at("GPIO24", 1);
    header.pull("GPIO23", 0);
    await board.waitForLast("button/pressed", "pressed", ({ value }) => value === true, SEEN_MS);

    keepClock(t);
    // A clock that jumps by years either way changes nothing: not the hour of the command, no lease, no deadline.
    for (const [years, pressed, temperatureC] of [
      [20, false, 12.5],
      [-30, true, 13],
    ] as const) {
      setClock(Date.now() + years * 365 * 86_400_000);
      await loadChips({ temperatureC, volts: 1.2 }); // a value that stays is said once a minute
      header.pull("GPIO23", pressed ? 0 : 1);
      const reading = await board.waitForLast(
        "button/pressed",
        "seen",
        ({ value }) => value === pressed,
        SEEN_MS,
      );
      is(reading.quality, "good");
      is(header.level("GPIO24"), 1, "the lamp is still on");
      const { remainingMs } = await board.waitForLast(
        "led/state",
        "its time goes on",
        stillHalfAnHour,
        SEEN_MS,
      );
      ok(Number(remainingMs) < 3_600_000, `${remainingMs}`);
      // What telemetry says of its time is true: the new year, or nothing where the clock shows less than the build.
      const year = String(new Date().getUTCFullYear());
      await board.waitForLast(
        "climate/temperature",
        `its time after a jump of ${years} years`,
        ({ at }) => (years > 0 ? String(at).startsWith(year) : at === null),
        SEEN_MS,
      );
      await board.waitForLast(
        "status",
        "it says so",
        ({ clock }) => clock === (years > 0 ? "synced" : "unsynced"),
        SEEN_MS,
      );
    }
    equal(board.events("commandExpired", "led"), []);
    is(deaths(), before, "it killed nobody");

    const starts = board.logged("runtimeStarted").length;
    process.kill(board.runtimePid, "SIGKILL");
    await at("GPIO24", 0);
    await until("its death is told", () => deaths() > before, SEEN_MS);
    await until("the next runtime", () => board.logged("runtimeStarted").length > starts, SEEN_MS);
    await board.inService(SEEN_MS);
    await at("GPIO17", 1); // still cold

    const { guardianPid, runtimePid } = board;
    header.pull("GPIO17", 1); // a line that nobody has stays on
    process.kill(guardianPid, "SIGKILL");
    await until("the runtime ends with its guardian", () => !runs(runtimePid), SEEN_MS);
    await until("the next guardian", () => board.guardianPid !== guardianPid, SEEN_MS);
    await at("GPIO17", 0); // made safe before any runtime is there
    await board.inService(SEEN_MS);

    header.pull("GPIO17", 0);
    board.interrupt();
    is(await board.ended(SEEN_MS), 0);
    is(header.level("GPIO17"), 0);
    is(header.level("GPIO6"), 1);
  },
  { limitMs: 60_000 },
);

spec("a machine without what the configuration needs says all of it once, and starts nothing", async (t) => {
  const board = await Board.launch({
    config: realBoard(
      ["devices.led.line", "GPIO14"],
      ["buses.i2c-4", { sda: "GPIO8", scl: "GPIO9", speed: "100kHz" }],
    ),
    env: { HOLDFAST_DEVICE_TREE: deviceTree(t, { i2c1: "okay", uart0: "okay" }) },
  });
  t.defer(() => board.discard());
  is(await board.ended(SEEN_MS), 1);
  equal(board.logged("noHardware"), [
    {
      why:
        'GPIO14: GPIO14 (pin 8) is in use by serial0; put "enable_uart=0" into /boot/firmware/config.txt and restart, or use another line\n' +
        'i2c-4: it is turned off; "dtoverlay=i2c4" in /boot/firmware/config.txt and a restart turn it on',
    },
  ]);
  equal(board.logged("runtimeStarted"), []);
});
