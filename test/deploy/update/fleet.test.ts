import { equal, is, match, throws, unreachable } from "uvu/assert";
import { fleetFrame } from "../../../deploy/cli/fleet-frame.ts";
import { bundleHead } from "../../../deploy/update/bundle-head.ts";
import { fileSource } from "../../../deploy/update/file-source.ts";
import { parseFleet } from "../../../deploy/update/fleet-file.ts";
import { fleetRelease } from "../../../deploy/update/fleet-release.ts";
import {
  type BoardProgress,
  type FleetMemory,
  type FleetRun,
  runFleet,
} from "../../../deploy/update/fleet-run.ts";
import type { PushEnd } from "../../../deploy/update/push.ts";
import { spec } from "../../harness/spec.ts";
import { aKey } from "../release/a-bundle.ts";
import { aBundleOf, temporary } from "./a-place.ts";

const RELEASE = "ab".repeat(16);
const CONFIRMED: PushEnd = { how: "confirmed", version: "2.0.0", reason: "" };

function fleetOf(boards: number, more: Record<string, unknown> = {}) {
  const entries = Array.from({ length: boards }, (_, at) => [`b${at}`, `pi@b${at}`]);
  return parseFleet(JSON.stringify({ boards: Object.fromEntries(entries), ...more }), "boards.json");
}

/** Pushes by hand: each takes a turn; what began and ended is written down. */
function run(
  fleet: FleetRun["fleet"],
  { ends = {}, memory }: { ends?: Record<string, PushEnd | Error>; memory?: FleetMemory } = {},
) {
  const trace: string[] = [];
  let kept = memory;
  let atOnce = 0;
  let most = 0;
  let soakedMs = 0;
  const result = runFleet({
    ...{ fleet, release: RELEASE, memory },
    push: async ({ id }) => {
      trace.push(`begin ${id}`);
      most = Math.max(most, ++atOnce);
      await new Promise((done) => setImmediate(done));
      atOnce--;
      const end = ends[id] ?? CONFIRMED;
      trace.push(`end ${id}`);
      if (end instanceof Error) throw end;
      return end;
    },
    keep: (next) => {
      kept = next;
    },
    sleep: async (ms) => {
      soakedMs += ms;
    },
    onChange: () => {},
  });
  return { result, trace, kept: () => kept, most: () => most, soakedMs: () => soakedMs };
}

spec("a fleet is a canary and waves; a plain list has the first board as its canary", () => {
  const ids = (fleet: FleetRun["fleet"]) => fleet.waves.map((wave) => wave.map(({ id }) => id).join(" "));
  equal(ids(fleetOf(6, { wave: 2 })), ["b0", "b1 b2", "b3 b4", "b5"]);
  equal(ids(fleetOf(4, { canary: ["b2", "b3"] })), ["b2 b3", "b0 b1"]);
  equal(ids(fleetOf(1)), ["b0"]);
  const { soakMs, atOnce, waves } = parseFleet(
    '{"boards":{"a":{"target":"pi@a","bundle":"arm.holdfast"}},"soak":"10m","atOnce":2}',
    "boards.json",
  );
  equal([soakMs, atOnce, waves[0]![0]], [600_000, 2, { id: "a", target: "pi@a", bundle: "arm.holdfast" }]);
});

for (const [what, text, why] of [
  ["no JSON", "boards", "boards.json is no JSON"],
  ["no boards", '{"boards":{}}', "boards.json: boards"],
  ["a canary that there is not", '{"boards":{"a":"pi@a"},"canary":"b"}', 'canary: found "b"; allowed are a'],
  ["a target that is an option", '{"boards":{"a":"-oProxyCommand=sh"}}', "boards.json: boards.a"],
  ["a word too many", '{"boards":{"a":"pi@a"},"speed":3}', "boards.json: speed"],
] as const) {
  spec(`a boards.json with ${what} is refused with what is allowed`, () => {
    throws(
      () => parseFleet(text, "boards.json"),
      (error: Error) =>
        error instanceof RangeError && error.message.includes(why) && error.message.includes("allowed"),
    );
  });
}

spec(
  "the canary goes first and alone, then wave by wave with as many at once as is said, and time to soak between",
  async () => {
    const { result, trace, kept, most, soakedMs } = run(fleetOf(5, { wave: 2, atOnce: 2, soak: "3s" }));
    const boards = await result;
    equal(trace.slice(0, 2), ["begin b0", "end b0"]);
    equal(trace.slice(2, 4), ["begin b1", "begin b2"]);
    equal(trace.slice(6, 8), ["begin b3", "begin b4"]);
    is(most(), 2);
    is(soakedMs(), 6000);
    equal(
      boards.map(({ state }) => state),
      Array(5).fill("done"),
    );
    equal(Object.keys(kept()!.done), ["b0", "b1", "b2", "b3", "b4"]);
  },
);

spec("the first that goes back is the last: who is under way ends, nobody else begins", async () => {
  const reverted: PushEnd = { how: "reverted", version: "2.0.0", reason: "pump: no good on" };
  const { result, trace, kept } = run(fleetOf(6, { wave: 5, atOnce: 2 }), { ends: { b1: reverted } });
  const boards = await result;
  equal(trace, ["begin b0", "end b0", "begin b1", "begin b2", "end b1", "end b2"]);
  equal(
    boards.map(({ state }) => state),
    ["done", "failed", "done", "waiting", "waiting", "waiting"],
  );
  equal(Object.keys(kept()!.done), ["b0", "b2"]);
});

spec("a canary that cannot be reached keeps the release from everybody", async () => {
  const { result, trace } = run(fleetOf(3), { ends: { b0: new Error("ssh did not reach pi@b0") } });
  const [canary, ...rest] = await result;
  equal(trace, ["begin b0", "end b0"]);
  equal(canary!.end, { how: "unreachable", reason: "ssh did not reach pi@b0" });
  equal(
    rest.map(({ state }) => state),
    ["waiting", "waiting"],
  );
});

spec("the same push again goes on with who does not have it; of another release it begins anew", async () => {
  const memory = { release: RELEASE, done: { b0: "confirmed", b2: "confirmed" } } as const;
  const again = run(fleetOf(4, { wave: 5, atOnce: 1 }), { memory });
  await again.result;
  equal(again.trace, ["begin b1", "end b1", "begin b3", "end b3"]);
  const anew = run(fleetOf(2, { atOnce: 1 }), { memory: { ...memory, release: "00".repeat(16) } });
  await anew.result;
  equal(anew.trace, ["begin b0", "end b0", "begin b1", "end b1"]);
});

spec("who stops in the time to soak and goes on has it soak, the next wave has not seen it", async () => {
  const soaked = async (...done: readonly string[]) => {
    const memory = {
      release: RELEASE,
      done: Object.fromEntries(done.map((id) => [id, "confirmed" as const])),
    };
    const again = run(fleetOf(5, { wave: 2, atOnce: 1, soak: "3s" }), { memory });
    await again.result;
    return [again.soakedMs(), ...again.trace.filter((line) => line.startsWith("begin"))];
  };
  equal(await soaked("b0"), [6000, "begin b1", "begin b2", "begin b3", "begin b4"]);
  equal(await soaked("b0", "b1"), [3000, "begin b2", "begin b3", "begin b4"], "it had soaked before b1");
  equal(
    await soaked("b0", "b1", "b2"),
    [3000, "begin b3", "begin b4"],
    "once, not for each wave that is done",
  );
  equal(await soaked("b0", "b1", "b2", "b3", "b4"), [0]);
});

spec("a board that only has it in its slot, by --stay, is not done when it is to run it", async () => {
  const memory = { release: RELEASE, done: { b0: "installed", b1: "confirmed" } } as const;
  const again = run(fleetOf(3, { wave: 5, atOnce: 1 }), { memory });
  const boards = await again.result;
  equal(again.trace, ["begin b0", "end b0", "begin b2", "end b2"]);
  equal(
    boards.map(({ state }) => state),
    ["done", "done", "done"],
  );
  equal(again.kept()!.done, { b0: "confirmed", b1: "confirmed", b2: "confirmed" });
});

spec(
  "a fleet's release is all of its bundles: a new one of a board of another kind begins anew",
  async (t) => {
    const key = aKey(temporary(t));
    const bundle = (name: string) => aBundleOf(temporary(t), { "bin/holdfast": name }, {}, key);
    const [main, zero, newer] = [await bundle("main"), await bundle("zero"), await bundle("newer")];
    const fleet = (of: string) =>
      parseFleet(JSON.stringify({ boards: { a: "pi@a", b: { target: "pi@b", bundle: of } } }), "boards.json");
    const id = async (of: string) => (await fleetRelease(fleet(of), main, "/")).release;
    is(await id(zero), await id(zero));
    is((await id(newer)) === (await id(zero)), false);
    const source = await fileSource(main);
    t.defer(() => source.close());
    is((await fleetRelease(fleetOf(2), main, "/")).release, (await bundleHead(source, main)).release);
    await fleetRelease(fleet("none.holdfast"), main, "/nowhere").then(
      () => unreachable("a bundle is missing"),
      ({ message }: Error) => match(message, "there is no /nowhere/none.holdfast"),
    );
  },
);

const board = (id: string, part: Partial<BoardProgress>): BoardProgress => ({
  ...{ board: { id, target: `pi@${id}` }, wave: 1, state: "waiting" },
  ...part,
});

spec("the picture says who runs it, who is at what, and who keeps it from the others", () => {
  const boards = [
    board("bench", { wave: 0, state: "done" }),
    board("greenhouse", { state: "pushing", word: { progress: { bytes: 5, of: 10 } } }),
    board("pumphouse", { state: "pushing", word: { trial: { silentS: 0, state: "trial", reason: "" } } }),
    board("roof", { state: "failed", end: { how: "reverted", reason: "climate: is gone" } }),
    board("cellar", {}),
  ];
  const lines = fleetFrame({ version: "2.0.0", boards, soakMs: 0 }, { columns: 100, rows: 24 }).map(
    ({ text }) => text.trimEnd(),
  );
  equal(lines, [
    "holdfast 2.0.0  1 of 5 boards run it, 2 under way, 1 failed: nobody else begins",
    "board       wave    state",
    "bench       canary  done",
    "greenhouse  1       pushing  ████████░░░░░░░░ 50 %",
    "pumphouse   1       pushing  on trial",
    "roof        1       failed   reverted: climate: is gone",
    "cellar      1       waiting",
  ]);
});

spec("where there is no room for all, those that failed or are under way are shown", () => {
  const boards = [
    ...Array.from({ length: 30 }, (_, at) => board(`done${at}`, { state: "done" })),
    board("roof", { state: "failed", end: { how: "reverted", reason: "why" } }),
    board("cellar", { state: "pushing" }),
  ];
  const lines = fleetFrame({ version: "2.0.0", boards, soakMs: 90_000 }, { columns: 80, rows: 6 });
  is(lines.length, 6);
  match(
    lines[0]!.text,
    "30 of 32 boards run it, 1 under way, 1 failed: nobody else begins  next wave in 1m30s",
  );
  match(lines[2]!.text, "roof");
  match(lines[3]!.text, "connects");
});
