import { readdirSync, readFileSync } from "node:fs";
import { equal, is, ok } from "uvu/assert";
import { TcpGate } from "../../deploy/demo/tcp-gate.ts";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";

const config = demoWith(
  ["devices.heater.minOff", undefined],
  ["devices.climate.keepEvery", "1s"],
  ["mqtt.outbox", { syncEvery: "200ms" }],
  ...patient(DEVICES, CONTROLLERS),
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
    const gate = new TcpGate(broker.port);
    await gate.open();
    t.defer(() => gate.close());
    const board = await startBoard(t, {
      config,
      broker: `mqtt://127.0.0.1:${gate.port}`,
      watched: { url: broker.url, protocolVersion: 5 },
    });
    const { witness } = board;
    await until("the outbox is started", () => childrenOf(board.runtimePid).length > 0, 20_000);
    const [outbox = 0, ...others] = childrenOf(board.runtimePid);
    equal(others, [], "it is the only child of a runtime");

    // As if its card had not answered a sync for half a minute: nothing of it moves.
    const mark = board.mark;
    process.kill(outbox, "SIGSTOP");
    t.defer(() => ends(outbox));
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
    // What was delivered is counted until it is deleted, some time later.
    const { records: known } = await kept();
    await until("something is kept", async () => (await kept()).records >= known + 12, 30_000);
    const runtime = board.runtimePid;
    process.kill(runtime, "SIGKILL");
    await until("there is another", () => board.runtimePid !== runtime, 20_000);
    // What the board has kept goes to whoever listens by then: first there is a reader, then its network.
    gate.cut();
    await broker.start();
    const reader = await board.probe([board.topic("outbox")]);
    gate.heal();
    const records = () => reader.seen.map(({ text }) => JSON.parse(text) as Kept);
    const isNew = ({ run }: Kept) => run === 2;
    const isBoot = ({ run, event }: Kept) => run === 2 && event?.kind === "boot";
    await until(
      "what is told now comes",
      () => records().filter(isNew).length >= 3 && records().some(isBoot),
      40_000,
    );
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
    await board.stop();
  },
  { limitMs: 180_000 },
);

/** Children of a process; the thread that started one lists it. */
function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

function ends(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It is gone, as it should be.
  }
}
