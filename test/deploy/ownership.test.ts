import * as assert from "uvu/assert";
import { Ownership } from "../../deploy/board/ownership.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { devicePlans } from "../../deploy/config/plan.ts";
import type { GuardianControl } from "../../firmware/client/guardian-control.ts";
import type { Grant, OwnerEpoch } from "../../firmware/contracts/control.ts";
import { spec } from "../harness/spec.ts";
import { demoText } from "./demo-board.ts";

const SHARED = "shared:i2c-1";

/** The demo's devices, and a guardian that grants everything and writes down what it is told. */
function bench() {
  const told: string[] = [];
  const say = (word: string) => (what: OwnerEpoch) =>
    void told.push(`${word} ${what.owner}/${what.epoch & 0xffff}`);
  const control = {
    grant: async (grant: Grant, { bell }: { bell: Int32Array }) => {
      say("grant")(grant);
      return { ...grant, bell };
    },
    fence: say("fence"),
    revoke: say("revoke"),
  } as unknown as GuardianControl;
  const devices = devicePlans(parseConfig(demoText).config!);
  const ownership = new Ownership(control, devices, [SHARED], 1);
  return { ownership, happened: () => told.splice(0) };
}

const bellOf = () => new Int32Array(new SharedArrayBuffer(4));

spec(
  "members of a shared cell are admitted one by one, each an owner, all waking by the cell's bell",
  async () => {
    const { ownership, happened } = bench();
    const life = { name: SHARED, incarnation: 1 };
    const admitted = ownership.admit("climate", life);
    await Promise.resolve();
    assert.equal(happened(), [], "not before the cell begins");
    const bell = bellOf();
    assert.is(await ownership.prepare(life, bell), undefined);
    assert.is(((await admitted) as unknown as { bell: Int32Array }).bell, bell);
    await ownership.admit("soil", life);
    assert.is(await ownership.admit("thermostat", life), undefined);
    assert.equal(happened(), ["grant 0/1", "grant 1/1"]);
    assert.equal(
      ownership.of(SHARED).map(({ owner }) => owner),
      [0, 1],
    );
    assert.equal(ownership.holder(ownership.of(SHARED)[1]!), { name: "soil", life });
  },
);

spec("a process that ended gives back what it held; with its cell all do", async () => {
  const { ownership, happened } = bench();
  const life = { name: SHARED, incarnation: 1 };
  await ownership.prepare(life, bellOf());
  for (const id of ["climate", "soil", "light"]) await ownership.admit(id, life);
  await ownership.prepare({ name: "heater", incarnation: 1 }, bellOf());
  happened();
  ownership.released("soil", { error: "Error: boom", stack: "" });
  assert.equal(happened(), ["fence 1/1"]);
  await ownership.admit("soil", life);
  assert.equal(happened(), ["grant 1/2"]);
  ownership.ended(life, "hung");
  assert.equal(happened().sort(), ["fence 0/1", "fence 1/2", "fence 2/1"]);
  ownership.released("soil", "hung");
  assert.equal(happened(), [], "only once");
  assert.equal(ownership.of("heater").length, 1);
});

spec("nobody is admitted to a life that is over, also when it never began", async () => {
  const { ownership, happened } = bench();
  const admitted = ownership.admit("climate", { name: SHARED, incarnation: 1 });
  ownership.ended({ name: SHARED, incarnation: 1 }, "outOfMemory");
  const next = { name: SHARED, incarnation: 2 };
  await ownership.prepare(next, bellOf());
  await ownership.admit("climate", next);
  assert.equal(happened(), ["grant 0/1"]);
  const first = await Promise.race([admitted.catch(({ message }) => message), Promise.resolve("waits")]);
  assert.is(first, "waits", "whoever asked has ended with the cell");
  const late = { name: SHARED, incarnation: 3 };
  await ownership.prepare(late, bellOf());
  ownership.ended(late, "hung");
  const refused = await ownership.admit("soil", late).catch(({ message }) => message);
  assert.is(refused, `cell "${SHARED}" has ended`);
});
