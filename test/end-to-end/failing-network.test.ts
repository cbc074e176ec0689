import { equal, is } from "uvu/assert";
import { BOARD_DESK, type BoardDesk } from "../../deploy/links/board-desk.ts";
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call } from "../../runtime/behaviour/call.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import { type Change, demoWith, PATIENT_ANSWERS } from "../deploy/demo-board.ts";
import { freePort } from "../harness/free-port.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { spec } from "../harness/spec.ts";
import { Stalls } from "../harness/stalls.ts";
import { quietFor, until } from "../harness/until.ts";
import { Loopback } from "../network/hosts/loopback.ts";
import { HubProgram } from "../network/wire/hub-program.ts";
import { CLEAR, type Weather } from "../network/wire/weather.ts";
import { startBoard } from "./board.ts";
import { CONTROLLERS, DEVICES } from "./greenhouse.ts";
import { nobodyElse, others, quietControl } from "./others.ts";
import { OutsideBoard } from "./outside-board.ts";

const stalls = new Stalls();
const FAULT_MS = 4000;
/** Until a link ends in a network that is cut, where the machine was busy; one that only the board finds cut ends when it can say so. */
const MORE_MS = 1000;
/** Nobody is ended for being held up by a busy machine: what it missed is judged. */
const UNHURRIED: readonly Change[] = [
  ...DEVICES.map((id): Change => [`devices.${id}.hardDeadline`, "60s"]),
  ...CONTROLLERS.map((id): Change => [`controllers.${id}.hardDeadline`, "60s"]),
];

/** What befalls the board's cable, both ways unless said otherwise, and whether its links outlive that. */
const FAULTS: readonly (readonly [
  what: string,
  up: Partial<Weather>,
  down: Partial<Weather>,
  ends: boolean,
])[] = [
  ["cut", { held: true }, { held: true }, true],
  ["cut to it", {}, { held: true }, true],
  ["cut from it", { held: true }, {}, true],
  [
    "30 % lost, the rest out of order",
    { lossPercent: 30, jitterMs: 100 },
    { lossPercent: 30, jitterMs: 100 },
    false,
  ],
  [
    "500 ms late, half of all twice",
    { delayMs: 500, doublePercent: 50 },
    { delayMs: 500, doublePercent: 50 },
    false,
  ],
];

spec(
  "a whole board behind a network that fails: control does not notice, monitors fire once, and links come again",
  async (t) => {
    const broker = await mosquitto(t);
    const port = await freePort();
    const hub = new HubProgram(new Loopback(), {
      brokerPort: broker.port,
      ports: { greenhouse: port },
      seed: 1,
    });
    t.defer(() => hub.close());
    const board = await startBoard(t, {
      config: demoWith(...UNHURRIED, ["links", { heartbeat: "500ms", lost: "2500ms", show: ["*"] }]),
      broker: `mqtt://127.0.0.1:${port}`,
      watched: { url: broker.url, protocolVersion: 5 },
      env: PATIENT_ANSWERS,
    });
    const tester = new OutsideBoard(t, { url: broker.url, lostMs: 2500 });
    const name = `${BOARD_DESK}@greenhouse`;
    const control = await quietControl(board, stalls, FAULT_MS);

    for (const [what, up, down, ends] of FAULTS) {
      const desk = await tester.find(name, 20_000);
      const fired: string[] = [];
      const watcher = await watch(desk, fired);
      const seen = await others(board, stalls, [], async () => {
        hub.order({ board: "greenhouse", up, down });
        await quietFor(FAULT_MS);
        // Whoever stood still meanwhile asks again before it takes the other for gone.
        if (ends) await until("gone", () => fired.length > 0, MORE_MS).catch(() => {});
        hub.order({ board: "greenhouse", up: CLEAR, down: CLEAR });
      });
      nobodyElse(what, seen, control);
      if (ends) await until(`${what}: the monitor fires`, () => fired.length > 0, 5000);
      await tester.find(name, 20_000);
      const about = () =>
        tester
          .run((self) => call(self, addressOf<BoardDesk>(name), { type: "about" }))
          .catch(() => undefined);
      let answer = await about();
      // A link that has just come may be one that a late word ends again.
      const isAnswered = async () => {
        answer ??= await about();
        return answer !== undefined;
      };
      await until(`${what}: it answers`, isAnswered, 20_000);
      is(answer!.life, 1, `${what}: it has been there all the time`);
      equal(fired.slice(1), [], `${what}: once at most`);
      equal(
        fired.filter((reason) => reason !== "noconnection"),
        [],
        what,
      );
      tester.kernel.cell.exit(undefined, watcher, "kill");
    }
    const { restarts, ok: isHealthy } = await board.health();
    equal([restarts, isHealthy], [0, true], "nothing died");
    await board.stop();

    /** A process that hears of every `down`; its pid. */
    function watch(of: Pid, fired: string[]): Promise<Pid> {
      return new Promise((begun) => {
        void tester.run(function* (self) {
          begun(self.pid);
          self.monitor(of);
          for (;;) fired.push(describeReason((yield* self.receive("down")).reason));
        });
      });
    }
  },
  { limitMs: 150_000 },
);

spec("the stall watch ends with the tests", () => stalls.stop(), { always: true });
