import { equal, is, match } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { boardFacts } from "../../../deploy/update/board-facts.ts";
import type { GateFacts } from "../../../deploy/update/gate.ts";
import { NO_PICTURE } from "../../../deploy/update/picture.ts";
import type { SlotRecord } from "../../../deploy/update/slot-record.ts";
import { firstRecord, written } from "../../../deploy/update/slot-steps.ts";
import { switchOver } from "../../../deploy/update/switch.ts";
import { parseUpdateWindow } from "../../../deploy/update/update-window.ts";
import { spec } from "../../harness/spec.ts";
import { demoWith } from "../demo-board.ts";
import { anOutput } from "./an-output.ts";

const TO = { version: "2.0.0", created: "2026-11-26T00:00:00Z" };
const FREE: GateFacts = { devices: [], outputs: [], minute: 0, flips: [], from: undefined, to: TO };
const NIGHT = { text: "02:00-04:00", times: parseUpdateWindow("02:00-04:00")! };

/** A board by hand: each second the next facts; what is done is written down. `afterLevels`: the facts once, when levels were kept. `renewedAt`: in that second its configuration is another. */
function switching(
  facts: readonly GateFacts[],
  { afterLevels, renewedAt }: { readonly afterLevels?: GateFacts; readonly renewedAt?: number } = {},
) {
  let record: SlotRecord = written(firstRecord(undefined), "bb".repeat(16));
  let second = 0;
  let later = afterLevels;
  let isRenewed = false;
  const trace: string[] = [];
  const end = switchOver({
    records: {
      read: () => record,
      write: (next) => {
        record = next;
        trace.push(`write ${next.trying} ${next.triesLeft}`);
      },
    },
    flags: {},
    tries: 2,
    facts: async () => {
      const now = trace.at(-1) === "levels" ? later : undefined;
      if (now !== undefined) later = undefined;
      return now ?? facts[Math.min(second, facts.length - 1)]!;
    },
    renewed: async () => {
      if (isRenewed || second !== renewedAt) return false;
      isRenewed = true;
      trace.push("asked again");
      return true;
    },
    picture: async () => NO_PICTURE,
    keep: () => trace.push("keep"),
    levels: () => trace.push("levels"),
    restart: async () => {
      trace.push("restart");
    },
    sleep: async () => {
      second++;
    },
    onWait: (waits) => trace.push(`wait ${waits.join("; ")}`),
    onRestart: (drops) => trace.push(`said ${drops.join("; ")}`.trim()),
  });
  return { end, trace };
}

spec(
  "a board that may restart keeps its picture, then its levels, then the record, then restarts, and only then says so",
  async () => {
    const { end, trace } = switching([FREE]);
    is((await end).trying, "b");
    equal(trace, ["keep", "levels", "write b 2", "restart", "said"]);
  },
);

spec("it waits for its window, and says once for what", async () => {
  const closed = { ...FREE, window: NIGHT, minute: 100 };
  const { end, trace } = switching([closed, closed, { ...closed, minute: 120 }]);
  await end;
  equal(trace, ["wait updateWindow is 02:00-04:00", "keep", "levels", "write b 2", "restart", "said"]);
});

spec("an output that goes on while levels are written is waited for, as before", async () => {
  const heater = { device: "heater", safe: "off" } as const;
  const on = {
    ...FREE,
    devices: [anOutput("heater", [{ name: "on", unit: "", value: true, quality: "good" }])],
  };
  const { end, trace } = switching([FREE], { afterLevels: { ...on, outputs: [heater] } });
  await end;
  equal(trace, ["keep", "levels", "keep", "levels", "write b 2", "restart", "said"]);
});

spec("a board that falls silent while levels are written is not one without outputs", async () => {
  const { end, trace } = switching([FREE], { afterLevels: { ...FREE, devices: undefined } });
  await end;
  equal(trace, ["keep", "levels", "keep", "levels", "write b 2", "restart", "said"]);
});

spec("a configuration that was written while it waited is asked about before anything is kept", async () => {
  const closed = { ...FREE, window: NIGHT, minute: 100 };
  const { end, trace } = switching([closed, FREE], { renewedAt: 1 });
  await end;
  const wait = "wait updateWindow is 02:00-04:00";
  equal(trace, [wait, "asked again", "keep", "levels", "write b 2", "restart", "said"]);
});

spec("what is refused while it waits changes nothing", async () => {
  const flips = [{ line: "GPIO6", from: "high", to: "low" }];
  const { end, trace } = switching([{ ...FREE, flips }]);
  await end.then(
    () => equal("it switched", "it is refused"),
    (error: Error) => match(error.message, "allow it with --flip-safe"),
  );
  equal(trace, []);
});

spec(
  "the gate's facts are the board's: outputs and window by its configuration, flips by what the release says",
  async () => {
    const { config } = parseConfig(demoWith(["updateWindow", "02:00-04:00"]));
    const plan = {
      config: config!,
      from: undefined,
      to: TO,
      answer: { levels: { GPIO17: "op,dl", GPIO6: "op,dl", GPIO23: "ip,pn" } },
      look: () => Promise.reject(new Error("it does not answer")),
    };
    const facts = await boardFacts({ ...plan, now: new Date(2100, 0, 1, 3, 30) });
    equal([facts.devices, facts.minute, facts.window?.text], [undefined, 210, "02:00-04:00"]);
    equal(
      facts.outputs.find(({ device }) => device === "pump"),
      { device: "pump", safe: "off" },
    );
    // The demo's pump is off when its line is high; an input's pull is no level.
    equal(facts.flips, [{ line: "GPIO6", from: "high", to: "low" }]);
    is((await boardFacts({ ...plan, now: undefined })).minute, undefined);
    const { config: shared } = parseConfig(
      demoWith(["hardware", "linux"], ["devices.pump.drive", "open-drain"]),
    );
    // Off by its resistor until now, pulled down by the firmware from then on.
    equal((await boardFacts({ ...plan, config: shared!, now: undefined })).flips, [
      { line: "GPIO6", from: "let go", to: "low" },
    ]);
  },
);
