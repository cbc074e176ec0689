import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { equal, is, match, ok } from "uvu/assert";
import { BOARD_DESK, type BoardDesk } from "../../deploy/links/board-desk.ts";
import { makeLinkSecret } from "../../deploy/links/link-secret.ts";
import { spawnOn } from "../../deploy/links/spawn-on.ts";
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call } from "../../runtime/behaviour/call.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import { exportPid, importPid, type Pid } from "../../runtime/process/pid.ts";
import type { Self } from "../../runtime/process/self.ts";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { type Board, startBoard } from "./board.ts";
import { holdfast } from "./command-line.ts";
import { DEVICES } from "./greenhouse.ts";
import { OutsideBoard } from "./outside-board.ts";

/** Longer than any program is held up that is not gone. */
const LOST_MS = 15_000;

/** A board that is linked with all others. */
function linked(id: string, links: Record<string, unknown> = {}): string {
  return demoWith(
    ["board.id", id],
    ["controllers", {}],
    ["links", { heartbeat: "500ms", lost: `${LOST_MS}ms`, ...links }],
    ...patient(DEVICES, []),
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
  "two boards on one Mosquitto: processes call each other, a killed runtime is seen before it is missed, and comes back",
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
    ok(ms < LOST_MS, `seen after ${ms} ms: by its silence`);
    // That another link came up may be told later than the board's health says it.
    const isDown = ({ kind, peer, state }: Record<string, unknown>) =>
      kind === "link" && peer === "pumphouse" && state === "down";
    const down = await greenhouse.waitForSaid("events", "the pumphouse is gone", mark, isDown);
    is(down.cause, "offline");

    // Its next life is another one.
    await untilLinked(greenhouse, ["pumphouse", "tester"], 20_000);
    const { names } = tester.kernel.cell;
    await until("its desk is known", () => names.whereis(`${BOARD_DESK}@pumphouse`)?.life === 2, 20_000);
    const anew = names.whereis(`${BOARD_DESK}@pumphouse`)!;
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
    ok(ms < 10_000, `the cut was seen after ${ms} ms`);
    await untilLinked(board, []);
    await until("its names are forgotten", () => tester.kernel.cell.names.whereis(name) === undefined);
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
    const refused = async () => {
      const { refused } = (await board.health()).links as { refused: Record<"forged" | "malformed", number> };
      return refused;
    };
    await until("the stranger has tried", async () => (await refused()).forged > 0);

    // Who may publish plays again what was said, changes it, and says what is none.
    const mark = board.mark;
    const spy = await board.probe(["holdfast/greenhouse/link/friend"]);
    const said: Buffer[] = [];
    spy.client.on("message", (_, payload) => said.push(payload));
    await until("the friend has spoken", () => said.length >= 3);
    const before = await refused();
    const changed = Buffer.from(said[0]!);
    changed[changed.length - 1]! ^= 1;
    for (const payload of [...said.slice(0, 3), changed, Buffer.from("nonsense"), Buffer.alloc(0)])
      await spy.send("holdfast/greenhouse/link/friend", payload);
    await until("what was changed is counted", async () => (await refused()).forged > before.forged);
    await until("what is none is counted", async () => (await refused()).malformed >= before.malformed + 2);
    // That it came up may be told later than the board's health says it.
    const ends = board.events("link", undefined, mark).filter(({ state }) => state !== "up");
    equal(ends, [], "the link with the friend does not notice");
    await untilLinked(board, ["friend"]);
    await board.stop();
  },
  { limitMs: 60_000 },
);

spec(
  "a process is spawned on another board from modules that it allows, and talks with a third board by itself",
  async (t) => {
    const broker = await mosquitto(t);
    const agents = fileURLToPath(new URL("./agents.js", import.meta.url));
    const [greenhouse, pumphouse] = (await Promise.all([
      startBoard(t, {
        config: linked("greenhouse", { boards: { tester: { spawn: [agents] }, office: {}, pumphouse: {} } }),
        id: "greenhouse",
        broker: broker.url,
      }),
      startBoard(t, { config: linked("pumphouse"), id: "pumphouse", broker: broker.url }),
    ])) as [Board, Board];
    const tester = new OutsideBoard(t, { url: broker.url });
    await tester.find(`${BOARD_DESK}@greenhouse`);
    await tester.find(`${BOARD_DESK}@pumphouse`);
    const mark = greenhouse.mark;
    const heard: Record<string, unknown>[] = [];
    const spawned = await tester.run(function* (self: Self) {
      const module = { module: agents, name: "asking" };
      return yield* spawnOn(self, "greenhouse", module, [`${BOARD_DESK}@pumphouse`, self.pid]);
    });
    match(String(spawned), /^<greenhouse\.guests:boards\.\d+>$/);
    const listening = tester.run(function* (self: Self) {
      const module = { module: agents, name: "asking" };
      const pid = yield* spawnOn(self, "greenhouse", module, [`${BOARD_DESK}@pumphouse`, self.pid]);
      for (let n = 0; n < 2; n++) heard.push((yield* self.receive()) as unknown as Record<string, unknown>);
      return pid;
    });
    await until("the pumphouse has answered the guest", () => heard.length === 1);
    is((heard[0]!.answer as { board: string }).board, "pumphouse");
    process.kill(pumphouse.runtimePid, "SIGKILL");
    await listening;
    equal(heard[1], { gone: "noconnection" });
    const told = () => greenhouse.events("spawned", undefined, mark);
    await until("both are told", () => told().length >= 2);
    equal(
      told().map(({ peer, name }) => [peer, name]),
      [
        ["tester", "asking"],
        ["tester", "asking"],
      ],
    );

    // What is not allowed, or is no body, is refused by name.
    const office = new OutsideBoard(t, { url: broker.url, board: "office" });
    await office.find(`${BOARD_DESK}@greenhouse`);
    for (const [asker, board, module, name, why] of [
      [
        tester,
        "greenhouse",
        "/etc/passwd.js",
        "asking",
        /greenhouse does not let tester spawn from "\/etc\/passwd\.js"; .* allows: /,
      ],
      [office, "greenhouse", agents, "asking", /does not let office spawn .* allows: nothing$/],
      [tester, "greenhouse", agents, "flow", /exports no function "flow"/],
    ] as const) {
      const refusal = asker.run((self: Self) => spawnOn(self, board, { module, name }));
      match(await refusal.then(String, (error: Error) => error.message), why);
    }
    await until("all are told", () => greenhouse.events("refused", undefined, mark).length === 3);
    equal(
      greenhouse.events("refused", undefined, mark).map(({ peer, command }) => [peer, command]),
      [
        ["tester", "spawn"],
        ["office", "spawn"],
        ["tester", "spawn"],
      ],
    );
    await greenhouse.stop();
    await pumphouse.stop();
  },
  { limitMs: 120_000 },
);

spec(
  "a group in common has the members of both boards; what a board may not do is counted and told",
  async (t) => {
    const broker = await mosquitto(t);
    const agents = fileURLToPath(new URL("./agents.js", import.meta.url));
    const rights = { boards: { tester: { spawn: [agents], groups: ["motors"] } } };
    const board = await startBoard(t, { config: linked("greenhouse", rights), broker: broker.url });
    const tester = new OutsideBoard(t, { url: broker.url });
    await tester.find(`${BOARD_DESK}@greenhouse`);
    const { groups } = tester.kernel.cell;
    const guest = await tester.run((self: Self) => {
      const module = { module: agents, name: "joining" };
      return spawnOn(self, "greenhouse", module, ["motors", "secret"]);
    });
    await until("the guest is a member here", () => groups.members("motors").length === 1);
    is(String(groups.members("motors")[0]), String(guest));
    equal(groups.list(), ["motors"]);
    tester.kernel.cell.spawn(function* helper(self: Self) {
      self.publish("helper");
      self.join("motors");
      yield* self.receive();
    }, []);
    tester.kernel.cell.post("nobody", "wake up");
    const shown = async () => (await holdfast(t, ["links", "--page", board.pageUrl])).out;
    const all = /^tester +up +.*\n\ntester shows: helper\ntester in groups: motors \(1\)$/m;
    await until("the board tells what it is shown", async () => all.test(await shown()), 10_000);
    // It shares what the board keeps to itself, and guesses the key of a process of it.
    const mark = board.mark;
    await tester.run(function* (self: Self) {
      self.join("secret");
      self.monitor(importPid({ ...exportPid(guest), key: "0".repeat(32) }));
      const { reason } = yield* self.receive("down");
      is(describeReason(reason), "noproc");
      self.monitor(guest);
      self.exit(guest, "kill");
      yield* self.receive("down");
    });
    await until("it has left", () => groups.members("motors").length === 1);
    await until("both are told", () => board.events("refused", undefined, mark).length === 2);
    equal(
      board
        .events("refused", undefined, mark)
        .map(({ by, what, peer }) => `${by} ${what} ${peer}`)
        .toSorted(),
      ["links notGiven tester", "links notShared tester"],
    );
    const { refused } = (await board.health()).links as { refused: Record<string, number> };
    equal([refused.notGiven, refused.notShared], [1, 1]);
    await board.stop();
  },
  { limitMs: 60_000 },
);
