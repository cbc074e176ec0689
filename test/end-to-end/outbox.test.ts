import { readdirSync, readFileSync } from "node:fs";
import { equal, is, ok } from "uvu/assert";
import { demoWith } from "../deploy/demo-board.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { LINE } from "./greenhouse.ts";

const config = demoWith(
  ["devices.heater.minOff", undefined],
  ["devices.climate.keepEvery", "1s"],
  ["mqtt.outbox", { syncEvery: "200ms" }],
);

interface Kept {
  readonly id: string;
  readonly run: number;
  readonly seq: number;
  readonly event?: { readonly kind: string; readonly device?: string };
}

spec(
  "an outbox that hangs is an alarm and no more: control goes on; what was kept outlives the runtime",
  async (t) => {
    const broker = await mosquitto(t);
    const board = await startBoard(t, { config, broker: broker.url });
    const { witness } = board;
    const outbox = outboxOf(board.runtimePid);

    // As if its card had not answered a sync for half a minute: nothing of it moves.
    process.kill(outbox, "SIGSTOP");
    t.defer(() => ends(outbox));
    const mark = board.mark;
    const failed = await board.waitForEvent("outboxFailed", undefined, mark, 30_000);
    is(failed.fault, "slow");
    const { outbox: facts, ok: healthy } = await board.health();
    is(healthy, true, "an outbox that does not work is no fault of the board");
    is((facts as { fault: { code: string } }).fault.code, "slow");
    for (const [temperatureC, level] of [
      [26, 0],
      [15, 1],
      [26, 0],
    ] as const) {
      await board.world("climate", { temperatureC });
      await witness.waitUntil(LINE.heater, level, 15_000);
    }
    is((await board.health()).restarts, 0);
    process.kill(outbox, "SIGCONT");
    await board.waitForEvent("outboxWorks", undefined, mark, 20_000);

    await broker.kill();
    await until("that is seen", async () => (await board.health()).broker === "offline", 20_000);
    const kept = async () => (await board.health()).outbox as { records: number };
    await until("something is kept", async () => (await kept()).records >= 6, 20_000);
    const runtime = board.runtimePid;
    process.kill(runtime, "SIGKILL");
    await until("there is another", () => board.runtimePid !== runtime, 20_000);
    await broker.start();
    const reader = await board.probe([board.topic("outbox")]);
    const records = () => reader.seen.map(({ text }) => JSON.parse(text) as Kept);
    const isNew = ({ run }: Kept) => run === 2;
    await until("what is told now comes", () => records().filter(isNew).length >= 3, 40_000);
    const all = records();
    const runs = [...new Set(all.map(({ run }) => run))];
    equal(runs, [1, 2], "first what the runtime kept that was killed, then the next one's");
    for (const run of runs) {
      const order = [...new Set(all.filter((each) => each.run === run).map(({ seq }) => seq))];
      ok(order.length >= 3, `${order.length} of run ${run}`);
      equal(
        order,
        order.map((_, index) => order[0]! + index),
        "without a gap",
      );
    }
    ok(all.some(({ run, event }) => run === 2 && event?.kind === "boot"));
    await board.stop();
  },
  { limitMs: 180_000 },
);

/** The only child of a runtime; the thread that started it lists it. */
function outboxOf(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
  is(children.length, 1);
  return Number(children[0]);
}

function ends(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It is gone, as it should be.
  }
}
