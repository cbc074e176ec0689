import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is } from "uvu/assert";
import type { Overview } from "../../../deploy/board/overview.ts";
import { DEVICE_PROGRAM } from "../../../deploy/code/live-record.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import type { Manifest } from "../../../deploy/release/manifest.ts";
import type { ReleaseAnswer } from "../../../deploy/update/ask-release.ts";
import { type BringPlan, type BringWord, bring } from "../../../deploy/update/bring.ts";
import { manifestFile } from "../../../deploy/update/receive.ts";
import { TRIAL_TIMES } from "../../../deploy/update/trial.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { demoText } from "../demo-board.ts";
import { aPlace, aRelease, HERE, memorySource, OLD, temporary } from "./a-place.ts";

/** Nobody asks it: what stands in the way is found before. */
const code = {
  state: () => Promise.reject(new Error("nobody is there")),
  tryOut: () => Promise.reject(new Error("nobody is there")),
  keep: () => Promise.reject(new Error("nobody is there")),
  takeBack: () => Promise.reject(new Error("nobody is there")),
};

const LIVE: BringPlan["live"] = {
  ...{ code, open: async () => {}, closeUnused: async () => {}, note: () => {} },
  ...{ runs: () => "a" as const, nowMs: () => 0 },
};

/** One that differs from it in the code of devices alone. */
function withOtherDrivers(manifest: Manifest): Manifest {
  const drivers = { path: DEVICE_PROGRAM, size: 1, mode: 0o644, sha256: "0".repeat(64) } as const;
  const payloads = manifest.payloads.map(({ files = [], ...other }) => {
    return { ...other, sha256: drivers.sha256, files: [...files, drivers] };
  });
  return { ...manifest, payloads };
}

/** `runs`: what runs is written down, and other code of devices is all that differs. What is said while a release that says this of itself is brought, without progress; and whether the board restarts. */
async function brought(
  t: SpecContext,
  about: { liveFrom?: string },
  {
    live = LIVE,
    runs = false,
    renewed = false,
  }: { live?: BringPlan["live"]; runs?: boolean; renewed?: boolean } = {},
) {
  const folder = temporary(t);
  const { records, store } = aPlace(folder);
  const { file, key, manifest } = await aRelease(join(folder, "made"), { about });
  if (runs) writeFileSync(manifestFile(folder, "a"), JSON.stringify(withOtherDrivers(manifest)));
  const said: BringWord[] = [];
  const states: string[] = [];
  const answers: ReleaseAnswer[] = [];
  const kept: string[] = [];
  let restarts = 0;
  const overview = { incarnation: 1, devices: [], jobs: [], broker: "live", links: null };
  await bring({
    ...{ records, store, notes: folder, here: HERE, where: "x.holdfast", trusted: [key.trusted], limit: 1e9 },
    flags: { now: true },
    config: () => parseConfig(demoText).config!,
    renew: () => renewed && answers.length === 1,
    times: TRIAL_TIMES,
    stay: false,
    open: async () => memorySource(readFileSync(file)),
    ask: async () => {
      answers.push({ levels: { GPIO27: `answer ${answers.length + 1}` } });
      return answers.at(-1)!;
    },
    levels: (answer) => void kept.push(answer.levels.GPIO27!),
    look: async () => overview as unknown as Overview,
    keep: () => {},
    notice: ({ state }) => states.push(`${state}${records.read()?.trying ? " on trial" : ""}`),
    say: (word) => void ("progress" in word || said.push(word)),
    restart: async () => void restarts++,
    sleep: async () => {},
    now: () => new Date(),
    at: () => null,
    live,
  });
  return {
    said: said.map((word) => Object.keys(word)[0]),
    words: said,
    states,
    kept,
    restarts,
    trying: records.read()?.trying,
  };
}

spec(
  "a release that says nothing of a live change goes by its slot, and nothing is said of it",
  async (t) => {
    const { said, restarts, trying } = await brought(t, {});
    equal(said, ["received", "restarting"]);
    equal([restarts, trying], [1, "b"]);
  },
);

spec(
  "until the record has it on trial the notice says what is seen to be given up when nobody is at it any more",
  async (t) => {
    const { states } = await brought(t, {});
    equal(states, ["receiving", "written", "waiting", "written on trial"]);
  },
);

spec(
  "a configuration that became another before the restart is asked about, and its levels are kept",
  async (t) => {
    equal((await brought(t, {})).kept, ["answer 1"]);
    equal((await brought(t, {}, { renewed: true })).kept, ["answer 2"]);
  },
);

spec("one that may go live and cannot here goes by its slot, and why is said", async (t) => {
  const other = await brought(t, { liveFrom: "cc".repeat(16) });
  equal(other.said, ["received", "bySlot", "restarting"]);
  equal(other.words[1], { bySlot: "it goes live from release cccccccccccc, and aaaaaaaaaaaa runs" });
  is(other.restarts, 1);
  const unknown = await brought(t, { liveFrom: OLD });
  equal(unknown.words[1], {
    bySlot: "what runs is not written down here, so nothing can be compared with it",
  });
});

spec(
  "one whose slot cannot be read beside the one that runs goes by it, before the board is asked",
  async (t) => {
    const open = () => Promise.reject(new Error("mount: wrong fs type"));
    const { said, words, restarts } = await brought(
      t,
      { liveFrom: OLD },
      { live: { ...LIVE, open }, runs: true },
    );
    equal([said, restarts], [["received", "bySlot", "restarting"], 1]);
    equal(words[1], {
      bySlot: "slot b cannot be read beside the one that runs: mount: wrong fs type",
    });
  },
);
