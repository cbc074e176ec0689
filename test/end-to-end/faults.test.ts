import { is, match, ok } from "uvu/assert";
import { type Change, demoWith } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { Stalls } from "../harness/stalls.ts";
import { quietFor, until } from "../harness/until.ts";
import { type Board, sharedBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";
import { type Disturbance, nobodyElse, others, quietControl, together } from "./others.ts";

const ALL = [...DEVICES, ...CONTROLLERS];
/** Who is told by whom: a controller may change its mode with its input. */
const DEPENDENTS: Readonly<Record<string, readonly string[]>> = {
  climate: ["thermostat"],
  soil: ["irrigation"],
};
/** What a device says when it was ended for this fault. A leak on a slow machine is past its hard deadline first. */
const CAUSE = { crash: /injected/, hang: /hung/, leak: /outOfMemory|hung/ } as const;
type Fault = keyof typeof CAUSE;

const config = demoWith(
  ["devices.heater.minOff", undefined],
  ["devices.pump.minOff", undefined],
  ["devices.led.probation", "2s"],
  // With half of that a busy machine would end devices that nobody told to hang.
  ...["button", "heater", "pump", "fan", "led"].map((id): Change => [`devices.${id}.hardDeadline`, "1s"]),
);
const stalls = new Stalls();
const { spec: onBoard, end } = sharedBoard(spec, { config, env: { HOLDFAST_ANSWER_LIMIT: "800ms" } });
let control: Disturbance;

onBoard("undisturbed, the board has no restart and no change of mode", async (board) => {
  await quietFor(1000);
  control = await quietControl(board, stalls, 5000);
  nobodyElse("control", control, control);
});

for (const fault of Object.keys(CAUSE) as Fault[]) {
  onBoard(
    `every device comes back after a ${fault} and nobody else is disturbed`,
    async (board) => {
      const seen: Disturbance[] = [];
      for (const device of ALL) seen.push(await breakAndReturn(board, device, fault));
      nobodyElse(fault, together(seen), control);
    },
    60_000,
  );
}

async function breakAndReturn(board: Board, device: string, fault: Fault): Promise<Disturbance> {
  const before = Number(board.last(`${device}/state`)?.restarts);
  const mark = board.mark;
  const seen = await others(board, stalls, [device, ...(DEPENDENTS[device] ?? [])], async () => {
    await board.world(device, { fault });
    const { cause } = await board.waitForEvent("restart", device, mark, 10_000);
    match(String(cause), CAUSE[fault], `${device} after a ${fault}`);
    await board.waitForLast(`${device}/state`, "in service again", (state) => {
      return state.restarts === before + 1 && state.mode !== "starting" && state.mode !== "off";
    });
  });
  return seen;
}

onBoard("a heater that is on when its driver hangs is switched off by the fence", async (board) => {
  await board.world("climate", { temperatureC: 15 });
  await board.witness.waitUntil(LINE.heater, 1, 10_000);
  const mark = board.witness.mark;
  const heard = board.mark;
  const startMs = performance.now();
  await board.world("heater", { fault: "hang" });
  const off = await board.witness.waitFor(LINE.heater, 0, mark, 5000);
  console.log(`  heater off ${(performance.now() - startMs).toFixed(0)} ms after the hang was asked for`);
  const hung = await board.waitForEvent("hung", "heater", heard);
  ok(Number(hung.lateUs) >= 0);
  await board.waitForEvent("restart", "heater", heard);
  // Another fault within its probation sends it down a rung, from which it climbs by itself.
  await board.witness.waitFor(LINE.heater, 1, board.witness.records.indexOf(off) + 1, 45_000);
});

onBoard("a device that crashes again and again descends, says why, and climbs back", async (board) => {
  const before = board.mark;
  // Too often is four times in 10 s: each as soon as the one before is told. Nobody hears one that it does not live for, so it is
  // asked for again.
  for (let crash = 0; board.events("mode", "led", before).length === 0; crash++) {
    ok(crash < 12, "it never descended");
    const mark = board.mark;
    const crashed = async () => {
      await board.world("led", { fault: "crash" });
      await quietFor(200);
      return board.events("restart", "led", mark).length > 0;
    };
    await until("it crashes", crashed, 6000);
  }
  const { mode, cause } = await board.waitForEvent("mode", "led", before);
  is(mode, "reduced");
  match(String(cause), /restarts: .*injected/);
  const isFull = ({ mode: to }: Record<string, unknown>) => to === "full";
  await until("it climbs", () => board.events("mode", "led", before).some(isFull), 10_000);
  await board.waitForLast("led/state", "full again", isFull);
});

end();

spec("the stall watch ends with the tests", () => stalls.stop(), { always: true });
