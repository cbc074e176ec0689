import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, ok } from "uvu/assert";
import { BOARD_DESK, type BoardDesk } from "../../deploy/links/board-desk.ts";
import { makeLinkSecret } from "../../deploy/links/link-secret.ts";
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call } from "../../runtime/behaviour/call.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import { demoWith } from "../deploy/demo-board.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { type Board, startBoard } from "./board.ts";
import { OutsideBoard } from "./outside-board.ts";

/** A board that is linked with all others. */
function linked(id: string, links: Record<string, unknown> = {}): string {
  return demoWith(
    ["board.id", id],
    ["controllers", {}],
    ["links", { heartbeat: "500ms", lost: "5s", ...links }],
  );
}

function peersOf(health: Record<string, unknown>): string[] {
  const { peers } = health.links as { peers: { board: string; up: boolean }[] };
  return peers
    .filter(({ up }) => up)
    .map(({ board }) => board)
    .toSorted();
}

async function untilLinked(board: Board, peers: readonly string[], limitMs = 10_000): Promise<void> {
  await until(
    `${board.id} is linked with ${peers}`,
    async () => `${peersOf(await board.health())}` === `${peers}`,
    limitMs,
  );
}

spec(
  "two boards on one Mosquitto: processes call each other, a killed runtime is seen within a second, and comes back",
  async (t) => {
    const broker = await mosquitto(t);
    const [greenhouse, pumphouse] = (await Promise.all(
      ["greenhouse", "pumphouse"].map((id) => startBoard(t, { config: linked(id), id, broker: broker.url })),
    )) as [Board, Board];
    const tester = new OutsideBoard(t, { url: broker.url });
    await untilLinked(greenhouse, ["pumphouse", "tester"]);
    await untilLinked(pumphouse, ["greenhouse", "tester"]);
    const desk = await tester.find(`${BOARD_DESK}@pumphouse`);
    const about = await tester.run((self) => call(self, addressOf<BoardDesk>(desk), { type: "about" }));
    is(about.board, "pumphouse");
    is(about.life, 1);

    const mark = greenhouse.mark;
    let killedMs = 0;
    const seen = tester.run(function* (self) {
      self.monitor(desk);
      const { reason } = yield* self.receive("down");
      return { reason, ms: performance.now() - killedMs };
    });
    killedMs = performance.now();
    process.kill(pumphouse.runtimePid, "SIGKILL");
    const { reason, ms } = await seen;
    is(describeReason(reason), "noconnection");
    ok(ms < 1000, `seen after ${ms} ms`);
    const down = await greenhouse.waitForEvent("link", undefined, mark);
    equal([down.peer, down.state, down.cause], ["pumphouse", "down", "offline"]);

    // Its next life is another one.
    await untilLinked(greenhouse, ["pumphouse", "tester"], 20_000);
    const anew = await tester.find(`${BOARD_DESK}@pumphouse`);
    const { life } = await tester.run((self) => call(self, addressOf<BoardDesk>(anew), { type: "about" }));
    is(life, 2);
    await greenhouse.stop();
    await pumphouse.stop();
  },
  { limitMs: 120_000 },
);

spec(
  "a broker that stands still is a cut, one that is killed too; boards go on alone and find each other again",
  async (t) => {
    const broker = await mosquitto(t);
    const times = { heartbeat: "500ms", lost: "2s" };
    const board = await startBoard(t, { config: linked("greenhouse", times), broker: broker.url });
    const tester = new OutsideBoard(t, { url: broker.url, lostMs: 2000 });
    await untilLinked(board, ["tester"]);
    const name = `${BOARD_DESK}@greenhouse`;
    const down = (pid: Pid) =>
      tester.run(function* (self) {
        self.monitor(pid);
        const { reason } = yield* self.receive("down");
        return describeReason(reason);
      });

    const first = down(await tester.find(name));
    const pausedMs = performance.now();
    broker.pause();
    is(await first, "noconnection");
    const ms = performance.now() - pausedMs;
    ok(ms < 2500, `the cut was seen after ${ms} ms`);
    await untilLinked(board, []);
    is(tester.kernel.cell.names.whereis(name), undefined);
    is((await board.health()).ok, true, "control goes on");
    broker.resume();
    await untilLinked(board, ["tester"], 20_000);

    const second = down(await tester.find(name));
    await broker.kill();
    is(await second, "noconnection");
    await broker.start();
    await untilLinked(board, ["tester"], 30_000);
    const desk = await tester.find(name);
    const about = await tester.run((self) => call(self, addressOf<BoardDesk>(desk), { type: "about" }));
    is(about.life, 1, "it has been there all the time");
    await board.stop();
  },
  { limitMs: 120_000 },
);

spec(
  "who does not know the secret is not linked, whatever else it may publish, and is counted",
  async (t) => {
    const broker = await mosquitto(t);
    const folder = mkdtempSync(join(tmpdir(), "holdfast-links-"));
    t.defer(() => rmSync(folder, { recursive: true }));
    const secretFile = join(folder, "links.key");
    makeLinkSecret(secretFile);
    const config = linked("greenhouse", { secretFile });
    const board = await startBoard(t, { config, broker: broker.url });
    new OutsideBoard(t, { url: broker.url, board: "stranger" });
    new OutsideBoard(t, { url: broker.url, board: "friend", secretFile });
    await untilLinked(board, ["friend"]);
    const forged = async () => (await board.health()).links as { refused: { forged: number } };
    await until("the stranger has tried", async () => (await forged()).refused.forged > 0);
    await untilLinked(board, ["friend"]);
    await board.stop();
  },
  { limitMs: 60_000 },
);
