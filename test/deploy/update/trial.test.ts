import fc from "fast-check";
import { equal, is, ok } from "uvu/assert";
import {
  type BoardPicture,
  deadlineLosses,
  lossesSince,
  NO_PICTURE,
  takePicture,
} from "../../../deploy/update/picture.ts";
import { isOver, TRIAL_TIMES, Trial } from "../../../deploy/update/trial.ts";
import { spec } from "../../harness/spec.ts";
import { anOutput } from "./an-output.ts";

const BEFORE: BoardPicture = {
  incarnation: 1,
  devices: {
    climate: { mode: "full", good: ["temperature", "humidity"] },
    light: { mode: "reduced", good: [] },
    pump: { mode: "full", good: ["on"] },
  },
  jobs: { "climate.sample": { count: 1000, misses: 0 }, "light.sample": { count: 100, misses: 10 } },
  broker: "live",
  peers: ["pumphouse"],
};
const SECOND = 1000;
const MINUTE = 60_000;

/** A picture that differs from the one before in what is written. */
const but = (change: Partial<BoardPicture>): BoardPicture => ({ ...BEFORE, ...change });
const device = (id: string, mode: string, good: readonly string[]) =>
  but({ devices: { ...BEFORE.devices, [id]: { mode, good } } });

/** Feeds a picture each second from `fromS` on; the state as it changes, with the second. */
function run(pictureAt: (second: number) => BoardPicture | undefined, seconds: number, before = BEFORE) {
  const trial = new Trial(before, 0);
  const trace: string[] = [];
  for (let second = 1; second <= seconds && !isOver(trial.view.state); second++) {
    const was = trial.view.state;
    const { state } = trial.hear(pictureAt(second), second * SECOND);
    if (state !== was || trace.length === 0) trace.push(`${second} ${state}`);
  }
  return { trace, view: trial.view };
}

spec("what was good and is good for the trial time is confirmed", () => {
  equal(run(() => BEFORE, 1000).trace, ["1 holding", "121 confirmed"]);
});

spec("the trial time begins when all is good, and anew after each loss", () => {
  const slow = (second: number) =>
    second < 20 ? undefined : second === 60 ? device("climate", "safe", []) : BEFORE;
  equal(run(slow, 1000).trace, ["1 settling", "20 holding", "60 settling", "61 holding", "181 confirmed"]);
});

for (const [what, picture, why] of [
  [
    "one that is gone",
    but({ devices: { pump: BEFORE.devices.pump!, light: BEFORE.devices.light! } }),
    "climate: is gone",
  ],
  [
    "one a rung lower",
    device("climate", "reduced", ["temperature", "humidity"]),
    "climate: reduced, was full",
  ],
  ["one that has not started", device("climate", "starting", []), "climate: starting, was full"],
  ["a reading that is not good", device("climate", "full", ["humidity"]), "climate: no good temperature"],
  ["an output that cannot be read back", device("pump", "full", []), "pump: no good on"],
] as const) {
  spec(`a device that does not come up ends it after ten minutes: ${what}`, () => {
    const { trace, view } = run(() => picture, 1000);
    equal(trace, ["1 settling", "600 reverted"]);
    equal(view.missing, [why]);
  });
}

spec("what was bad before may be bad, or better", () => {
  equal(lossesSince(BEFORE, device("light", "full", ["lux"])), { own: [], link: [] });
  equal(lossesSince(BEFORE, device("light", "reduced", [])), { own: [], link: [] });
  equal(lossesSince(BEFORE, device("light", "safe", [])).own, ["light: safe, was reduced"]);
});

for (const [what, picture, why] of [
  ["the broker", but({ broker: "offline" }), "the broker does not have it (offline)"],
  ["a linked board", but({ peers: [] }), "no link with board pumphouse"],
] as const) {
  spec(`without ${what} alone it waits for half an hour, then goes back without blame`, () => {
    const { trace, view } = run(() => picture, 4000);
    equal(trace, ["1 awaitingLink", "1800 unreachable"]);
    equal(view.missing, [why]);
  });
}

spec("a link that comes back within the half hour is enough", () => {
  const { trace } = run((second) => (second < 1790 ? but({ broker: "silent" }) : BEFORE), 4000);
  equal(trace, ["1 awaitingLink", "1790 holding", "1910 confirmed"]);
});

spec("a device lost while the link is missing, too, ends it: the half hour is the link's", () => {
  const { trace } = run(
    (second) =>
      second < 900 ? but({ broker: "offline" }) : { ...device("pump", "off", []), broker: "offline" },
    4000,
  );
  equal(trace, ["1 awaitingLink", "900 settling", "930 reverted"]);
});

spec("a board that had no broker does not need one", () => {
  const before = but({ broker: "offline", peers: [] });
  is(run(() => before, 500, before).view.state, "confirmed");
});

spec("a program that says nothing for a minute has hung; to start it has three", () => {
  equal(run(() => undefined, 1000).trace, ["1 settling", "180 reverted"]);
  equal(run((second) => (second < 179 ? undefined : BEFORE), 1000).view.state, "confirmed");
  const late = run((second) => (second < 100 ? BEFORE : undefined), 1000);
  equal(late.trace, ["1 holding", "104 settling", "159 reverted"]);
});

spec("an answer that is late by less than five seconds is none that failed", () => {
  equal(run((second) => (second % 5 === 0 ? BEFORE : undefined), 1000).trace, [
    "1 settling",
    "5 holding",
    "125 confirmed",
  ]);
});

spec("a chip that fails for a moment while the link is missing does not end it", () => {
  const offline = { broker: "offline" };
  const { trace } = run((second) => {
    if (second >= 700 && second < 720) return { ...device("climate", "safe", []), ...offline };
    return second < 900 ? but(offline) : BEFORE;
  }, 4000);
  equal(trace, ["1 awaitingLink", "700 settling", "720 awaitingLink", "900 holding", "1020 confirmed"]);
});

spec("a runtime that is started again and again ends it before the ten minutes", () => {
  const crashing = (second: number) => but({ incarnation: 1 + Math.floor(second / 30) });
  const { trace, view } = run(crashing, 1000);
  is(trace.at(-1), "90 reverted");
  equal(view.missing, ["the runtime was started 4 times"]);
});

spec("one crash costs the time that was held, and no more", () => {
  const once = (second: number) => but({ incarnation: second < 100 ? 1 : 2 });
  equal(run(once, 1000).view.state, "confirmed");
  is(run(once, 1000).trace.at(-1), "220 confirmed");
});

spec("a guardian that is started again counts its runtimes anew, and they count all the same", () => {
  const guardians = (second: number) => but({ incarnation: second < 10 ? 2 : second < 20 ? 1 : 2 });
  is(run(guardians, 1000).trace.at(-1), "20 reverted");
});

spec("deadlines missed more often than before are a loss; one miss, or a share as before, is none", () => {
  const jobs = (count: number, climate: number, light: number) =>
    but({ jobs: { "climate.sample": { count, misses: climate }, "light.sample": { count, misses: light } } });
  const start = jobs(0, 0, 0);
  equal(deadlineLosses(BEFORE, start, jobs(100, 1, 15)), []);
  equal(deadlineLosses(BEFORE, start, jobs(100, 2, 21)), [
    "job climate.sample: 2 of 100 deadlines missed",
    "job light.sample: 21 of 100 deadlines missed",
  ]);
  equal(deadlineLosses(BEFORE, start, jobs(1000, 10, 0)), []);
  equal(deadlineLosses(NO_PICTURE, start, jobs(100, 50, 50)), []);
  const { trace } = run((second) => jobs(second * 10, second, 0), 1000);
  is(trace.at(-1), "600 reverted");
});

spec("a board that was never seen has only to answer", () => {
  is(run(() => but({ devices: {}, broker: "offline", peers: [] }), 200, NO_PICTURE).view.state, "confirmed");
});

spec("a picture holds good readings, ladders, jobs, the broker and the links that are up", () => {
  const figures = { count: 7, misses: 1 };
  const picture = takePicture({
    incarnation: 3,
    devices: [
      anOutput("pump", [
        { name: "on", unit: "", value: false, quality: "good" },
        { name: "wear", unit: "%", value: 1, quality: "stale" },
      ]),
    ],
    jobs: [{ job: "pump.cycle", ...figures } as never],
    broker: "live",
    links: {
      peers: [
        { board: "one", up: true },
        { board: "two", up: false },
      ],
    } as never,
  });
  equal(picture, {
    incarnation: 3,
    devices: { pump: { mode: "full", good: ["on"] } },
    jobs: { "pump.cycle": figures },
    broker: "live",
    peers: ["one"],
  });
});

spec(
  "whatever a board does, it is confirmed only after good pictures for the whole trial time, and always comes to an end",
  () => {
    const anyPicture = fc.constantFrom(
      BEFORE,
      BEFORE,
      BEFORE,
      undefined,
      but({ broker: "offline" }),
      device("climate", "safe", []),
      but({ incarnation: 2 }),
    );
    const stretches = fc.array(fc.tuple(anyPicture, fc.integer({ min: 1, max: 200 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(stretches, (parts) => {
        const pictures = parts.flatMap(([picture, seconds]) =>
          Array<BoardPicture | undefined>(seconds).fill(picture),
        );
        const trial = new Trial(BEFORE, 0);
        let goodSince: number | undefined;
        let incarnation: number | undefined;
        let heardAt = 0;
        for (let second = 1; !isOver(trial.view.state); second++) {
          ok(second * SECOND <= 3 * TRIAL_TIMES.linkMs, "no end");
          const picture = pictures[(second - 1) % pictures.length];
          const { state } = trial.hear(picture, second * SECOND);
          const isGood =
            picture !== undefined && picture.broker === "live" && picture.devices.climate!.mode === "full";
          if (picture !== undefined) heardAt = second;
          const isBad = picture === undefined ? second - heardAt >= 5 : !isGood;
          const isAnother = isGood && incarnation !== undefined && incarnation !== picture.incarnation;
          if (isBad || isAnother) goodSince = undefined;
          if (isGood) goodSince ??= second;
          incarnation = picture?.incarnation ?? incarnation;
          if (state === "confirmed") ok((second - goodSince!) * SECOND >= 2 * MINUTE);
        }
        const { state } = trial.view;
        is(trial.hear(BEFORE, 1e9).state, state);
      }),
    );
  },
);
