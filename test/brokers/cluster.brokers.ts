import { equal, is, match } from "uvu/assert";
import { BOARD_DESK, type BoardDesk } from "../../deploy/links/board-desk.ts";
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call } from "../../runtime/behaviour/call.ts";
import { demoWith } from "../deploy/demo-board.ts";
import { type Board, startBoard } from "../end-to-end/board.ts";
import { LINE } from "../end-to-end/greenhouse.ts";
import { OutsideBoard } from "../end-to-end/outside-board.ts";
import { natsCluster } from "../harness/nats.ts";
import { spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";

/** A board of the fleet, whose list of nodes begins with its own. */
function member(id: string, nodes: readonly string[]): string {
  return demoWith(
    ["board.id", id],
    ["devices.heater.minOff", undefined],
    ["mqtt.url", nodes],
    ["links", { heartbeat: "500ms", lost: "7s" }],
  );
}

async function untilLinked(board: Board, peers: readonly string[]): Promise<void> {
  const linked = async () => {
    const { peers = [] } = ((await board.health()).links ?? {}) as {
      peers?: { board: string; up: boolean }[];
    };
    return peers
      .filter(({ up }) => up)
      .map(({ board: name }) => name)
      .toSorted();
  };
  await until(
    `${board.id} is linked with ${peers}`,
    async () => `${await linked()}` === `${peers}`,
    HEAL_LIMIT_MS,
  );
}

async function nodeOf(board: Board): Promise<{ url: string; mqtt: string } | undefined> {
  return (await board.health()).brokerNode as { url: string; mqtt: string } | undefined;
}

/** NATS lets nobody in until its nodes have elected leaders, which takes them ten seconds, and may hold one client for longer. */
const HEAL_LIMIT_MS = 60_000;

async function untilLive(board: Board, nodes: readonly string[]): Promise<void> {
  const isLive = async () => {
    const { broker } = await board.health();
    return broker === "live" && nodes.includes((await nodeOf(board))?.url ?? "");
  };
  await until(`${board.id} is live on one of ${nodes}`, isLive, HEAL_LIMIT_MS);
}

spec(
  "boards on a cluster of three carry on when a node is killed: they control, find another node, and are linked again",
  async (t) => {
    const nodes = await natsCluster(t, 3);
    const [one, two, three] = nodes.map(({ url }) => url) as [string, string, string];
    const watched = { url: three, protocolVersion: 4 as const };
    const [greenhouse, pumphouse] = (await Promise.all([
      startBoard(t, { config: member("greenhouse", [one, two, three]), id: "greenhouse", watched }),
      startBoard(t, { config: member("pumphouse", [two, three, one]), id: "pumphouse", watched }),
    ])) as [Board, Board];
    const tester = new OutsideBoard(t, { url: [three, one, two].join(","), lostMs: 7000 });
    await untilLinked(greenhouse, ["pumphouse", "tester"]);
    await untilLinked(pumphouse, ["greenhouse", "tester"]);
    equal(await nodeOf(greenhouse), { url: one, mqtt: "3.1.1" }, "NATS knows no MQTT 5");
    equal(await nodeOf(pumphouse), { url: two, mqtt: "3.1.1" });
    const about = async (board: string) => {
      const desk = await tester.find(`${BOARD_DESK}@${board}`, HEAL_LIMIT_MS);
      return tester.run((self) => call(self, addressOf<BoardDesk>(desk), { type: "about" }));
    };
    is((await about("greenhouse")).board, "greenhouse");

    // Heating while its node dies: the lease of the line goes on being renewed.
    const { witness } = greenhouse;
    await greenhouse.world("climate", { temperatureC: 15 });
    await witness.waitUntil(LINE.heater, 1, 20_000);
    const alone = witness.mark;
    const mark = greenhouse.mark;
    await nodes[0]!.kill();
    await quietFor(3000);
    is(witness.since(alone, LINE.heater).length, 0, "the heater stays on beyond its lease of 2 s");
    await untilLive(greenhouse, [two, three]);
    const links = () => greenhouse.events("link", undefined, mark).filter(({ peer }) => peer === undefined);
    await until("it has said so", () => links().some(({ state }) => state === "live"), 20_000);
    is(links()[0]!.state, "offline");
    const live = links().find(({ state }) => state === "live")!;
    match(String(live.cause), new RegExp(`^connected to (${two}|${three}), MQTT 3\\.1\\.1$`));
    await untilLinked(greenhouse, ["pumphouse", "tester"]);
    await untilLinked(pumphouse, ["greenhouse", "tester"]);
    is((await about("greenhouse")).life, 1, "it has been there all the time");

    // Commands from a third node arrive, and whoever comes now hears the truth.
    await greenhouse.command("led", { on: true });
    await witness.waitUntil(LINE.led, 1, 10_000);
    const late = await greenhouse.probe();
    await late.client.subscribeAsync(greenhouse.topic("status"), { qos: 0 });
    await until("its status is retained", () => late.last(greenhouse.topic("status")) !== undefined, 10_000);
    is(late.last(greenhouse.topic("status"))!.state, "online");

    // The first node comes back, and another dies.
    await nodes[0]!.start();
    await nodes[1]!.kill();
    for (const board of [greenhouse, pumphouse]) await untilLive(board, [one, three]);
    await untilLinked(greenhouse, ["pumphouse", "tester"]);
    await pumphouse.command("led", { on: true });
    await pumphouse.witness.waitUntil(LINE.led, 1, 20_000);
    is((await about("pumphouse")).life, 1);
    for (const board of [greenhouse, pumphouse]) {
      const { ok, restarts } = await board.health();
      equal([ok, restarts], [true, 0], `${board.id} is in service`);
      await board.stop();
    }
  },
  { limitMs: 300_000 },
);
