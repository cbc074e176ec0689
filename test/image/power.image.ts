/**
 * Power cuts within an update. One update is done on a machine that is killed once while it writes, and everything that it writes to
 * its card is taken down in order. From that the card is made as a cut at any moment leaves it, with what was not flushed lost
 * by chance, and booted. `SPEC_SEED` repeats the moments of a run, `POWER_CUTS` says how many (default: 20).
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { is, match, ok } from "uvu/assert";
import { PLACES } from "../../deploy/image/card.ts";
import { bundleHead } from "../../deploy/update/bundle-head.ts";
import type { ByteSource } from "../../deploy/update/byte-source.ts";
import { fileSource } from "../../deploy/update/file-source.ts";
import { sealOffer } from "../../deploy/update/offer-seal.ts";
import { offerServer } from "../../deploy/update/offer-server.ts";
import type { SlotRecord } from "../../deploy/update/slot-record.ts";
import { SlotSectors } from "../../deploy/update/slot-records.ts";
import { written as holding } from "../../deploy/update/slot-steps.ts";
import { type MqttProbe, probe } from "../harness/mqtt-probe.ts";
import { projectFolder } from "../harness/source-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { drawer } from "../soak/draw.ts";
import { bytesOf } from "./bytes-of.ts";
import { type TestCard, testCard } from "./card.ts";
import { gpioSim } from "./gpio-sim.ts";
import { lineBoard } from "./line-board.ts";
import { patientBroker } from "./patient-broker.ts";
import { cardAfterCut, type Written } from "./power-cut.ts";
import { type Moment, recordWrites, stepOf } from "./power-moments.ts";
import { slotRelease, testKey } from "./push.ts";
import { comes, LIMIT_MS, online, toldUpdate } from "./updatable.ts";
import { bootVirt } from "./virt.ts";
import { readWriteLog } from "./write-log.ts";

const MIB = 1_048_576;
/** What slot b held before, as far as the record knows. */
const OLDER = "7".repeat(32);
/** How many moments; with fewer than 20 some of the kinds below are left out. */
const cuts = Number(process.env.POWER_CUTS ?? 20);
const seed = Number(process.env.SPEC_SEED ?? Date.now() % 1_000_000);

/** A board, and a release that it is offered. */
interface Scene {
  readonly card: TestCard;
  readonly client: MqttProbe;
  readonly sim: Buffer;
  readonly release: string;
  readonly payload: { readonly bytes: number; readonly sha256: string };
  /** Offers it, and says how many bytes of it were fetched so far. */
  offer(): Promise<() => number>;
}

async function scene(t: SpecContext): Promise<Scene> {
  const key = testKey(t);
  const broker = await patientBroker(t);
  const card = await testCard(t, lineBoard(broker.fromGuest), { trusted: [key.trusted] });
  const records = new SlotSectors(card.image);
  records.write(holding(records.read()!, OLDER));
  const client = await probe(t, broker.url, ["holdfast/greenhouse/#"]);
  const file = await slotRelease(t, key, card);
  const source = await fileSource(file);
  t.defer(() => source.close());
  const { release, manifest } = await bundleHead(source, file);
  const { size, sha256 } = manifest.payloads[0]!;
  let fetched = 0;
  const counted: ByteSource = {
    ...source,
    async *read(from, to) {
      for await (const chunk of source.read(from, to)) {
        fetched += chunk.length;
        yield chunk;
      }
    },
  };
  const server = await offerServer(counted, { host: "127.0.0.1", port: 0, tag: release });
  t.defer(() => server.close());
  const url = `http://10.0.2.2:${server.port}${server.path}`;
  return {
    ...{ card, client, release, payload: { bytes: size, sha256 } },
    sim: await gpioSim(projectFolder, () => {}),
    offer: async () => {
      fetched = 0;
      const nonce = () => (client.last("holdfast/greenhouse/status")?.offers as { nonce: string })?.nonce;
      await until("the board takes offers", nonce, LIMIT_MS);
      const offer = { url, release, now: true, trial: "5s" };
      const sealed = sealOffer(offer, { board: "greenhouse", nonce: nonce() }, key);
      await client.send("holdfast/greenhouse/update/set", sealed);
      return () => fetched;
    },
  };
}

/** A board that is up, on a copy of `card`, whose writes are taken down; `end` cuts its power, and resolves to them. */
async function recorded(t: SpecContext, { card, client, sim }: Scene, from: string, name: string) {
  const [image, log] = [`${from}.${name}`, `${from}.${name}.log`];
  execFileSync("cp", ["--sparse=always", from, image]);
  writeFileSync(log, "");
  client.seen.splice(0);
  const board = await bootVirt(t, { ...card, image }, { gpioSim: sim, resets: true, log });
  await online(board, client);
  const end = async (): Promise<Written> => {
    await board.cut();
    const written = { card: from, log, writes: readWriteLog(log) };
    // Whoever kills QEMU takes nothing from its card that was written: all of the log, in order, is that card.
    cardAfterCut(written, written.writes.length, `${image}.again`);
    execFileSync("cmp", [image, `${image}.again`]);
    rmSync(`${image}.again`);
    return written;
  };
  return { board, image, end };
}

/** Does the update, with a cut at a random byte of the first attempt. Resolves to what both machines wrote. */
async function update(
  t: SpecContext,
  at: Scene,
  draw: (limit: number) => number,
): Promise<[Written, Written]> {
  const first = await recorded(t, at, at.card.image, "first");
  const cutAt = draw(at.payload.bytes);
  const fetched = await at.offer();
  await comes(first.board, `${cutAt} bytes of the release were fetched`, () => fetched() >= cutAt);
  const one = await first.end();
  const second = await recorded(t, at, first.image, "second");
  const rest = await at.offer();
  const record = () => new SlotSectors(second.image).read()!;
  await comes(
    second.board,
    "the release is confirmed, and that told",
    () => record().outcome !== "none" && record().told,
  );
  is(record().outcome, "confirmed", record().reason);
  console.log(
    `killed after ${cutAt} of ${at.payload.bytes} bytes; the same offer went on with ${rest()} bytes, and was confirmed`,
  );
  return [one, await second.end()];
}

/** By twenties: nine while it writes, one at each change of the record, the others between those. */
function moments([one, two]: readonly [Written, Written], draw: (limit: number) => number): Moment[] {
  const between = (written: Written, from: number, to: number, during: string): Moment => ({
    ...{ written, during, count: from + 1 + draw(Math.max(to - from, 1)) },
  });
  const [emptied] = recordWrites(one);
  const steps = recordWrites(two);
  const at = (name: string) => {
    const found = steps.find((step) => stepOf(step) === name);
    if (found === undefined) throw new Error(`the record was never ${name}: ${steps.map(stepOf)}`);
    return found.index;
  };
  is(stepOf(emptied!), "emptied");
  const changes = ["written", "on trial", "boot", "confirmed", "told"];
  const twenty = () => [
    ...Array.from({ length: 5 }, () => between(one, emptied!.index, one.writes.length - 1, "writing")),
    ...Array.from({ length: 4 }, () => between(two, 0, at("written"), "writing on")),
    { written: one, count: emptied!.index + 1, during: "the record: emptied" },
    ...changes.map((name) => ({ written: two, count: at(name) + 1, during: `the record: ${name}` })),
    between(two, at("written"), at("on trial"), "asking the release"),
    ...Array.from({ length: 2 }, () => between(two, at("on trial"), at("boot"), "starting again")),
    ...Array.from({ length: 2 }, () => between(two, at("boot"), at("confirmed"), "the trial")),
  ];
  const found = Array.from({ length: Math.ceil(cuts / 20) }, twenty).flat();
  return Array.from({ length: cuts }, (_, index) => found[Math.floor((index * found.length) / cuts)]!);
}

/** The record says that a slot holds a release only once all of that is flushed. */
function checkOrder(written: Written, { release, payload }: Scene): void {
  for (const step of recordWrites(written)) {
    if (step.record.releases.b !== release || step.before.releases.b === release) continue;
    const flushed = written.writes.slice(0, step.index).findLastIndex(({ isFlush }) => isFlush);
    const out = `${written.card}.flushed`;
    cardAfterCut(written, flushed + 1, out);
    const slot = bytesOf(out, PLACES.slotB.from * MIB, payload.bytes);
    rmSync(out);
    is(createHash("sha256").update(slot).digest("hex"), payload.sha256, "slot b when the record names it");
  }
}

/** What a board has to say after a cut, by the record that the cut left. */
function expected({ active, trying, releases, outcome }: SlotRecord, { release }: Scene): RegExp {
  if (trying !== undefined || outcome === "confirmed") return /^confirmed/;
  is(active, "a");
  return releases.b === release ? /^(failed: interrupted|written)/ : /^failed: interrupted/;
}

/** Boots the card of a moment; the board has to run a good release, and to say what happened. */
async function startsAgain(
  t: SpecContext,
  at: Scene,
  moment: Moment,
  isKept: () => boolean,
): Promise<string> {
  const { card, client, sim } = at;
  const image = join(dirname(card.image), "cut.img");
  cardAfterCut(moment.written, moment.count, image, isKept);
  const record = new SlotSectors(image).read();
  ok(record !== undefined, "a card with a record");
  client.seen.splice(0);
  const board = await bootVirt(t, { ...card, image }, { gpioSim: sim, resets: true });
  await online(board, client);
  const words = expected(record, at);
  const told = () => {
    const { state = "nothing", reason = "" } = toldUpdate(client) ?? {};
    return [state, reason].filter(Boolean).join(": ");
  };
  let said = "";
  await comes(board, `the board says ${words}`, () => {
    said = told();
    return words.test(said);
  });
  await comes(
    board,
    "its light is read back",
    () => client.last("holdfast/greenhouse/led/on")?.quality === "good",
  );
  ok(!/damaged|cannot be mounted|panic|Oops/.test(board.console), board.console);
  const slots = [...board.console.matchAll(/holdfast: slot ([ab].*?)\r?\n/g)].map(([, slot]) => slot);
  is(slots.length, 1, `one boot: ${slots}`);
  match(slots[0]!, record.trying === undefined ? new RegExp(`^${record.active}$`) : /^b trial$/);
  await board.cut();
  rmSync(image);
  return `slot ${slots}, ${said}`;
}

spec(
  "a power cut at any moment of an update leaves a board that runs a good release, and says what happened",
  async (t) => {
    console.log(`SPEC_SEED=${seed}`);
    const draw = drawer(seed);
    const at = await scene(t);
    const written = await update(t, at, draw);
    for (const one of written) checkOrder(one, at);
    for (const [index, moment] of moments(written, draw).entries()) {
      // None, half, or all of what was not flushed.
      const kept = draw(3);
      const said = await startsAgain(t, at, moment, () => draw(2) < kept);
      const cut = `after write ${moment.count} of ${moment.written.writes.length}, ${["none", "half", "all"][kept]} of what was not flushed is there`;
      console.log(`cut ${index + 1}, ${moment.during} (${cut}): ${said}`);
    }
  },
  { limitMs: 30 * LIMIT_MS },
);
