import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, ok } from "uvu/assert";
import { BOARD_DESK, type BoardDesk } from "../../deploy/links/board-desk.ts";
import { makeLinkSecret, OPEN_SECRET } from "../../deploy/links/link-secret.ts";
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call } from "../../runtime/behaviour/call.ts";
import { writePacket } from "../../runtime/boards/packet.ts";
import { Sealer } from "../../runtime/boards/sealer.ts";
import { pairKey } from "../../runtime/boards/session-keys.ts";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { spec } from "../harness/spec.ts";
import { Stalls } from "../harness/stalls.ts";
import { quietFor, until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { CONTROLLERS, DEVICES } from "./greenhouse.ts";
import { nobodyElse, others, quietControl } from "./others.ts";
import { OutsideBoard } from "./outside-board.ts";

const stalls = new Stalls();
const LINK = "holdfast/greenhouse/link/friend";
/** Whoever is said to be gone has 400 ms to answer (`runtime/boards/doubt.ts`): a friend that is held up for half of that may miss it. */
const HELD_UP_MS = 200;
/** Around the end of a link, ms: what held the friend up then. */
const AROUND_MS = 1000;
const FLOOD_MS = 6000;
/** Packets of each kind in a burst, and the time between two bursts, ms. */
const BURST = { packets: 10, everyMs: 10 } as const;
/** More than any board says at once: a broker that speaks MQTT 5 does not even deliver it. */
const HUGE = Buffer.alloc(8 << 20, "x");

spec(
  "who may publish and read everything floods a link with forged, altered, old and huge packets: control, and the link, go on",
  async (t) => {
    const broker = await mosquitto(t);
    const folder = mkdtempSync(join(tmpdir(), "holdfast-links-"));
    t.defer(() => rmSync(folder, { recursive: true }));
    const secretFile = join(folder, "links.key");
    makeLinkSecret(secretFile);
    const config = demoWith(
      ["links", { heartbeat: "500ms", lost: "5s", show: ["*"], secretFile }],
      ...patient(DEVICES, CONTROLLERS),
    );
    const board = await startBoard(t, { config, broker: broker.url });
    const friend = new OutsideBoard(t, { url: broker.url, board: "friend", secretFile });
    const desk = `${BOARD_DESK}@greenhouse`;
    await friend.find(desk);
    const control = await quietControl(board, stalls, FLOOD_MS);
    const before = await refused();
    const mark = board.mark;

    // It hears everything, and keeps what boards say to each other.
    const attacker = await board.probe(["#", "+/+/link/+", "holdfast/+/link/friend"]);
    const said: Buffer[] = [];
    attacker.client.on("message", (topic, payload) => {
      if (topic === LINK && said.length < 20 && payload.length < 1000) said.push(payload);
    });
    await until("the friend has spoken", () => said.length >= 3, 10_000);
    const life = { board: "friend", uid: Buffer.alloc(16, "friend"), incarnation: 7 };
    const hello = writePacket({ type: "hello", from: life, nonce: Buffer.alloc(16) });
    const forged = Buffer.from(new Sealer(pairKey(OPEN_SECRET, "friend", "greenhouse")).seal(hello));
    const publish = (topic: string, payload: Buffer | string) =>
      attacker.client.publish(topic, payload, { qos: 0 });

    let bursts = 0;
    const seen = await others(board, stalls, [], async () => {
      for (const endMs = performance.now() + FLOOD_MS; performance.now() < endMs; bursts++) {
        for (let packet = 0; packet < BURST.packets; packet++) {
          const old = said[(bursts + packet) % 3]!;
          const altered = Buffer.from(old);
          altered[(bursts * 7 + packet) % altered.length]! ^= 1;
          for (const payload of [forged, altered, old, Buffer.from("nonsense")]) publish(LINK, payload);
          publish(`holdfast/greenhouse/link/nobody-${bursts % 1000}-${packet}`, old);
        }
        publish(
          "holdfast/friend/status",
          JSON.stringify({ state: bursts % 2 ? "offline" : "online", life: 99 }),
        );
        if (bursts % 50 === 0) publish(LINK, HUGE);
        await quietFor(BURST.everyMs);
      }
    });
    nobodyElse("a flood on a link", seen, control);

    await until("the flood is over", async () => (await refused()).forged >= before.forged + bursts, 20_000);
    const after = await refused();
    console.log(
      `  ${bursts * BURST.packets} packets of each kind; refused: ${JSON.stringify({ before, after })}`,
    );
    ok(after.malformed > before.malformed, "what is none is counted");
    ok(after.unknown > before.unknown, "packets of boards that nobody knows are counted");
    const { restarts, ok: isHealthy } = await board.health();
    equal([restarts, isHealthy], [0, true], "nothing died");
    // That it came up may be told later than the friend knows it.
    await stalls.settle();
    const ends = board
      .events("link", undefined, mark)
      .filter((event) => event.peer === "friend" && event.state !== "up" && !isOfHeldUp(event));
    equal(ends, [], "the link with the friend does not notice");
    const found = addressOf<BoardDesk>(await friend.find(desk));
    const about = await friend.run((self) => call(self, found, { type: "about" }));
    is(about.board, "greenhouse");
    await board.stop();

    async function refused(): Promise<Record<"forged" | "stale" | "malformed" | "unknown", number>> {
      const { forged, stale, malformed, unknown } = (
        (await board.health()).links as {
          refused: Record<"forged" | "stale" | "malformed" | "unknown", number>;
        }
      ).refused;
      return { forged, stale, malformed, unknown };
    }
  },
  { limitMs: 120_000 },
);

/** The friend lives in this process, and could not answer for itself while the machine did not let it run. */
function isOfHeldUp({ cause, at }: Readonly<Record<string, unknown>>): boolean {
  const atMs = Date.parse(String(at));
  return cause === "offline" && stalls.lostMs(atMs - AROUND_MS, atMs + AROUND_MS) > HELD_UP_MS;
}

spec("the stall watch ends with the tests", () => stalls.stop(), { always: true });
