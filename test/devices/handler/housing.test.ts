import * as assert from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { controllerPlans } from "../../../deploy/config/plan.ts";
import { Housing, type HousingOptions } from "../../../devices/handler/housing.ts";
import { keeper } from "../../../devices/handler/keeper.ts";
import { TELEMETRY, type TelemetryMessage } from "../../../devices/handler/messages.ts";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { demoText } from "../../deploy/demo-board.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";

const SHARED = "shared:loops";
const cellsUrl = new URL("../../../devices/handler/cells.js", import.meta.url).href;
const sharedUrl = new URL("../../../devices/handler/shared-cell.js", import.meta.url).href;
const LIMIT_MS = 20_000;

/** The demo's two controllers in one thread. */
function bench(t: SpecContext, admission: Partial<HousingOptions> = {}) {
  const events: string[] = [];
  const plans = controllerPlans(parseConfig(demoText).config!);
  const members = plans.map(({ id }) => id);
  const kernel: ThreadKernel = new ThreadKernel({
    board: "bench",
    clock: new SystemClock(),
    hooks: { ended: (life, cause, culprit) => housing.cellEnded(life, cause, culprit) },
  });
  t.defer(() => kernel.stop());
  const housing = new Housing({
    kernel,
    shared: [
      {
        name: SHARED,
        members,
        spec: { name: SHARED, body: { module: sharedUrl, name: "sharedCell" }, args: [] },
      },
    ],
    admit: (_id, _life, answer) => answer({ type: "granted" }),
    released: (id) => events.push(`released ${id}`),
    tell: ({ kind, culprit, devices }) => events.push([kind, culprit, devices].filter(Boolean).join(" ")),
    ...admission,
  });
  kernel.cell.spawn(function* telemetry(self: Self<TelemetryMessage>): ProcessGenerator {
    self.register(TELEMETRY);
    for (;;) {
      const message = yield* self.receive("event");
      const { kind, device, cause } = message.event;
      if (kind === "restart") events.push(`${device} restarts: ${cause}`);
    }
  }, []);
  for (const plan of plans) {
    const body = keeper(housing, {
      id: plan.id,
      cell: (start, pid) => ({
        name: plan.id,
        body: { module: cellsUrl, name: "controllerCell" },
        args: [plan, start, pid],
      }),
      rule: plan.ladder,
      emulated: true,
      kept: {},
      keep: () => {},
    });
    kernel.cell.spawn(body, []);
  }
  kernel.cell.post(TELEMETRY, "go");
  const whereis = (id: string) => kernel.cell.names.whereis(id);
  const anew = (id: string, before: unknown) =>
    until(
      `${id} after ${events}`,
      () => whereis(id) !== undefined && lifeOf(whereis(id)) !== before,
      LIMIT_MS,
    );
  return { kernel, housing, events, whereis, anew };
}

/** A pid as it is printed, with the life of its cell. */
function lifeOf(pid: Pid | undefined): string {
  return `${pid} of life ${pid?.incarnation}`;
}

/** Makes it loop for ever, and ends its cell as the watchdog does, but without a word about the culprit. */
async function hang({ kernel }: ReturnType<typeof bench>, id: string): Promise<void> {
  const { cell, incarnation } = kernel.cell.names.whereis(id)!;
  kernel.cell.post(id, { type: "fault", fault: "hang" });
  const late = () => {
    const running = kernel.cells().find((status) => status.cell === cell)?.running;
    return (running?.lateUs ?? -Infinity) > -400_000; // For 100 ms by now
  };
  await until(`${id} hangs`, late, LIMIT_MS);
  kernel.endCell(cell, incarnation, "hung");
}

spec(
  "in a thread of several a crash ends one process, and it starts again in the same thread",
  async (t) => {
    const board = bench(t);
    await board.anew("thermostat", undefined);
    await board.anew("irrigation", undefined);
    const before = ["thermostat", "irrigation"].map((id) => lifeOf(board.whereis(id)));
    board.kernel.cell.post("thermostat", { type: "fault", fault: "crash" });
    await board.anew("thermostat", before[0]);
    const why = "Error: crash injected from the page";
    assert.equal(board.events, ["released thermostat", `thermostat restarts: ${why}`]);
    assert.is(lifeOf(board.whereis("irrigation")), before[1]);
    const { cell, incarnation } = board.whereis("thermostat")!;
    assert.equal([cell, incarnation], [SHARED, 1]);
  },
  { limitMs: 30_000 },
);

spec(
  "a thread that hangs is ended, the kernel sees who ran; twice, and that one is alone from then on",
  async (t) => {
    const board = bench(t);
    for (const life of [1, 2]) {
      await board.anew("irrigation", undefined);
      await board.anew("thermostat", undefined);
      const before = lifeOf(board.whereis("irrigation"));
      await hang(board, "thermostat");
      await board.anew("irrigation", before);
      assert.is(board.whereis("irrigation")!.incarnation, life + 1);
    }
    await until("it runs", () => board.whereis("thermostat")?.cell === "thermostat", LIMIT_MS);
    const anew = [
      "cellEnded thermostat",
      "thermostat restarts: hung",
      `irrigation restarts: cell ${SHARED}: hung, because of thermostat`,
    ];
    const [first, second, ...others] = anew;
    assert.equal(
      board.events.filter((event) => !event.startsWith("irrigation")),
      [first, second, first, "ownCell thermostat", second],
    );
    assert.is(board.events.filter((event) => event === others[0]).length, 2);
    assert.equal(board.housing.cellOf("irrigation"), { name: SHARED, members: ["irrigation"] });
  },
  { limitMs: 60_000 },
);

spec(
  "a member that is refused what it asks for crashes as a device alone does",
  async (t) => {
    const board = bench(t, {
      admit: (id, _life, answer) =>
        answer(
          id === "thermostat"
            ? { type: "refused", reason: { error: "GrantRefused: there is no bus", stack: "" } }
            : { type: "granted" },
        ),
    });
    await board.anew("irrigation", undefined);
    await until("it tried", () => board.events.length >= 2, LIMIT_MS);
    assert.is(board.whereis("thermostat"), undefined);
    assert.equal(
      [...new Set(board.events)],
      ["released thermostat", "thermostat restarts: GrantRefused: there is no bus"],
    );
  },
  { limitMs: 30_000 },
);
