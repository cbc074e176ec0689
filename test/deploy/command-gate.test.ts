import fc from "fast-check";
import * as assert from "uvu/assert";
import { type CatalogueEntry, CommandGate, type GateResult } from "../../deploy/mqtt/command-gate.ts";
import { spec } from "../harness/spec.ts";

const pump: CatalogueEntry = {
  id: "pump",
  ready: true,
  spec: { on: { type: "boolean" }, level: { type: "number", min: 0, max: 1 } },
  off: { on: false },
  maxForMs: 3_600_000,
};
const oven: CatalogueEntry = {
  id: "oven",
  ready: true,
  spec: { setpointC: { type: "number", min: 5, max: 30, unit: "°C" } },
};
const cold: CatalogueEntry = { id: "cold", ready: false, spec: { on: { type: "boolean" } } };
const button: CatalogueEntry = { id: "button", ready: true, spec: {} };

function gate(emulated = true, catalogue = [pump, oven, cold, button]) {
  const found = new CommandGate({
    root: "holdfast",
    board: "greenhouse",
    catalogue: () => catalogue,
    emulated,
  });
  let nowMs = 0;
  return {
    gate: found,
    at(ms: number) {
      nowMs = ms;
    },
    raw: (topic: string, payload: string | Uint8Array, retain = false): GateResult =>
      found.offer(topic, typeof payload === "string" ? Buffer.from(payload) : payload, retain, nowMs),
    set(device: string, command: unknown, retain = false): GateResult {
      return this.raw(`holdfast/greenhouse/${device}/set`, JSON.stringify(command), retain);
    },
    reason(device: string, command: unknown): string {
      const result = this.set(device, command);
      return result.kind === "refused" ? result.reason : result.kind;
    },
  };
}

spec("a command that fits its device passes with its options", () => {
  const g = gate();
  assert.equal(g.set("pump", { on: true, level: 0.5, for: "10m", id: "a" }), {
    kind: "command",
    device: "pump",
    command: { values: { on: true, level: 0.5 }, id: "a", forMs: 600_000 },
  });
  assert.equal(g.set("pump", { on: true, override: true, for: "10m" }), {
    kind: "command",
    device: "pump",
    command: { values: { on: true }, forMs: 600_000, override: true },
  });
});

spec("giving an output back is a command by itself", () => {
  const g = gate();
  assert.equal(g.set("pump", { override: false }), {
    kind: "command",
    device: "pump",
    command: { values: {}, override: false },
  });
  assert.match(
    g.reason("pump", { override: false, on: true }),
    /gives the output back.*without other fields/,
  );
});

spec("a retained command is refused whatever it says, and the reason tells how to clear it", () => {
  const result = gate().set("pump", { on: true }, true);
  assert.is(result.kind, "refused");
  if (result.kind !== "refused") return;
  assert.is(result.device, "pump");
  assert.match(
    result.reason,
    /without the retain flag.*empty retained message to holdfast\/greenhouse\/pump\/set/,
  );
});

spec(
  "off is let through as an override without an end, and with one that is too long: the device cuts it",
  () => {
    for (const command of [
      { on: false, override: true },
      { on: false, override: true, for: "31m" },
      { level: 0, override: true, for: "31m" },
    ]) {
      const result = gate().set("pump", command);
      assert.is(result.kind, "command", JSON.stringify(command));
    }
  },
);

spec("every refusal says what is allowed", () => {
  const g = gate();
  const rows: [string, unknown, RegExp][] = [
    ["pmup", { on: true }, /no device "pmup" on this board; did you mean "pump"\?/],
    ["x9", { on: true }, /there are "pump", "oven", "cold" and "button"/],
    ["update", { release: "x" }, /takes no offers: .* without slots\. .*holdfast push user@host/],
    ["pump", { onn: true }, /"pump" has no field "onn": it accepts "on" and "level".*did you mean "on"\?/],
    ["pump", { on: 1 }, /"on" is true or false, not the number 1/],
    ["pump", { on: "true" }, /"on" is true or false, not the text "true"/],
    ["pump", { level: "0.4" }, /"level" is a number from 0 to 1, not the text "0\.4"/],
    ["oven", { setpointC: 99 }, /"setpointC" may be 5 to 30 °C; 99 °C is outside/],
    [
      "pump",
      { on: true, for: 10 },
      /"for" is a time with its unit, for example "30s" or "10m", not the number 10/,
    ],
    ["pump", { on: true, for: "10" }, /"for" is a time with its unit/],
    ["pump", { on: true, for: "0s" }, /"for" is a time with its unit/],
    ["pump", { on: true, for: "2h" }, /"for" may be at most 1h; the text "2h" is longer/],
    ["pump", { on: true, override: true }, /say for how long, for example "for":"10m"/],
    ["pump", { on: true, override: true, for: "31m" }, /"for" may be at most 30m/],
    ["pump", { on: true, override: "yes" }, /"override" is true or false/],
    ["pump", { on: true, id: 7 }, /"id" is a text of 1 to 64 characters/],
    ["pump", { on: true, id: "x".repeat(65) }, /"id" is a text of 1 to 64 characters/],
    ["pump", { id: "a" }, /says nothing to do; "pump" accepts "on" and "level"/],
    ["pump", {}, /says nothing to do/],
    ["pump", [true], /a command is a JSON object, not an array/],
    ["pump", "on", /a command is a JSON object, not the text "on"/],
    ["pump", null, /a command is a JSON object, not null/],
    ["cold", { on: true }, /"cold" is not ready yet/],
    ["button", { on: true }, /"button" takes no commands/],
  ];
  for (const [index, [device, command, reason]] of rows.entries()) {
    g.at(index * 1000);
    assert.match(g.reason(device, command), reason);
  }
});

spec("numbers that JSON turns into Infinity are refused", () => {
  const result = gate().raw("holdfast/greenhouse/oven/set", '{"setpointC":1e999}');
  assert.is(
    result.kind === "refused" && result.reason,
    '"setpointC" may be 5 to 30 °C; the number sent is outside',
  );
  assert.is(gate().raw("holdfast/greenhouse/pump/set", '{"level":NaN}').kind, "refused");
});

spec("keys that name a prototype are refused and touch none", () => {
  for (const text of ['{"__proto__":{"on":true}}', '{"constructor":true}', '{"on":true,"prototype":1}']) {
    const result = gate().raw("holdfast/greenhouse/pump/set", text);
    assert.match(result.kind === "refused" ? result.reason : "", /may not be called/);
  }
  assert.match(gate().reason("pump", { toString: true }), /has no field "toString"/);
  assert.is(({} as { on?: unknown }).on, undefined);
});

spec("more than 4 KiB is refused without being parsed", () => {
  const text = `{"on":true,"id":"${"x".repeat(5000)}`;
  const result = gate().raw("holdfast/greenhouse/pump/set", text);
  assert.match(result.kind === "refused" ? result.reason : "", /may be 4096 bytes long; this one has 50\d\d/);
});

spec("bytes that are no UTF-8 or no JSON are refused", () => {
  const g = gate();
  const reason = (payload: string | Uint8Array) => {
    const result = g.raw("holdfast/greenhouse/pump/set", payload);
    return result.kind === "refused" ? result.reason : result.kind;
  };
  assert.match(reason(Buffer.from([0x7b, 0xff, 0x7d])), /not UTF-8/);
  assert.match(reason("ON"), /not JSON/);
  assert.match(reason(""), /empty/);
  assert.match(reason(`{"a":${"[".repeat(2000)}${"]".repeat(2000)}}`), /no field "a"/);
});

spec("a repeated id within ten minutes is answered and not carried out again", () => {
  const g = gate();
  assert.is(g.set("pump", { on: true, id: "a" }).kind, "command");
  g.at(599_999);
  assert.equal(g.set("pump", { on: true, id: "a" }), { kind: "repeated", device: "pump", id: "a" });
  g.at(600_000);
  assert.is(g.set("pump", { on: true, id: "a" }).kind, "command");
});

spec("an id of a life that ended is not said to be done: off goes through again, on is refused", () => {
  const catalogue = [{ ...pump, life: 0 }];
  const g = gate(true, catalogue);
  assert.is(g.set("pump", { on: true, id: "a" }).kind, "command");
  assert.is(g.set("pump", { on: false, id: "b" }).kind, "command");
  catalogue[0] = { ...pump, life: 1 }; // it hung and was ended before it looked into its mailbox
  assert.match(g.reason("pump", { on: true, id: "a" }), /new id/);
  assert.is(g.set("pump", { on: false, id: "b" }).kind, "command");
  assert.is(g.set("pump", { on: false, id: "b" }).kind, "repeated");
});

spec("the id of a refused command, or of one that could not be carried out, may be tried again", () => {
  const g = gate();
  assert.is(g.set("pump", { on: "yes", id: "a" }).kind, "refused");
  assert.is(g.set("pump", { on: true, id: "a" }).kind, "command");
  assert.is(g.set("oven", { setpointC: 20, id: "a" }).kind, "command");
  g.gate.forget("pump", "a");
  assert.is(g.set("pump", { on: true, id: "a" }).kind, "command");
});

spec("a flood is cut at ten a second and reported once a second with its count", () => {
  const g = gate();
  const kinds = { command: 0, refused: 0, dropped: 0, world: 0, repeated: 0 };
  for (let ms = 0; ms < 10_000; ms += 10) {
    g.at(ms);
    kinds[g.set("pump", { on: true }).kind]++;
  }
  assert.is(kinds.command, 20 + 99);
  assert.ok(kinds.refused >= 9 && kinds.refused <= 11, `${kinds.refused} reports`);
  assert.is(kinds.dropped, 1000 - kinds.command - kinds.refused);
  assert.is(g.gate.refused, kinds.refused + kinds.dropped);
  g.at(20_000);
  for (let i = 0; i < 20; i++) assert.is(g.set("pump", { on: true }).kind, "command");
  assert.match(g.reason("pump", { on: true }), /10 per second and device.*since the last report: \d+/);
});

spec("a flood of commands does not keep the one that turns the device off out", () => {
  const g = gate();
  for (let i = 0; i < 200; i++) g.set("pump", { on: true });
  assert.is(g.set("pump", { on: true }).kind, "dropped");
  assert.is(g.set("pump", { on: false }).kind, "command");
});

spec("a flood at one device leaves the others their share, up to the limit of all", () => {
  const g = gate();
  for (let i = 0; i < 60; i++) g.set("pump", { on: true });
  assert.is(g.set("oven", { setpointC: 20 }).kind, "command");
});

spec("an emulated world is told flat values; a real one nothing", () => {
  const topic = "holdfast/greenhouse/world/oven/set";
  assert.equal(gate().raw(topic, '{"temperatureC":31,"fault":null,"pressed":true}'), {
    kind: "world",
    device: "oven",
    set: { temperatureC: 31, fault: null, pressed: true },
  });
  for (const text of ["{}", '{"a":[]}', '{"a":1e999}', '{"__proto__":1}', `{"a":"${"x".repeat(65)}"}`])
    assert.is(gate().raw(topic, text).kind, "refused");
  assert.is(gate().raw(topic, '{"temperatureC":31}', true).kind, "refused");
  const real = gate(false).raw(topic, '{"temperatureC":31}');
  assert.match(real.kind === "refused" ? real.reason : "", /hardware is real/);
});

spec("topics that are no commands of this board are refused without a device", () => {
  for (const topic of [
    "holdfast/other/pump/set",
    "holdfast/greenhouse/pump",
    "holdfast/greenhouse/Pump/set",
    "",
  ]) {
    const result = gate().raw(topic, '{"on":true}');
    assert.is(result.kind, "refused");
    if (result.kind === "refused") assert.is(result.device, null);
  }
});

spec("random bytes and random JSON never throw and never pass by chance", () => {
  const topics = ["pump/set", "oven/set", "world/pump/set", "nobody/set"].map(
    (end) => `holdfast/greenhouse/${end}`,
  );
  const g = gate();
  let ms = 0;
  const offer = (topic: string, payload: Uint8Array, retain: boolean) => {
    ms += 10_000;
    g.at(ms);
    return g.raw(topic, payload, retain);
  };
  fc.assert(
    fc.property(
      fc.constantFrom(...topics),
      fc.uint8Array({ maxLength: 5000 }),
      fc.boolean(),
      (topic, bytes, retain) => {
        assert.is(offer(topic, bytes, retain).kind, "refused");
      },
    ),
    { numRuns: 500, seed: 1 },
  );
  const field = fc.constantFrom("on", "level", "setpointC", "for", "override", "id", "__proto__", "x");
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.boolean(),
    fc.double(),
    fc.constantFrom("10m", "5s", "-1s"),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...topics),
      fc.array(fc.tuple(field, value), { maxLength: 5 }),
      (topic, pairs) => {
        const body = `{${pairs.map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item) ?? null}`).join(",")}}`;
        const result = offer(topic, Buffer.from(body), false);
        if (result.kind !== "command") return;
        assert.ok(["pump", "oven"].includes(result.device));
        const { on, level, setpointC } = result.command.values;
        assert.ok(on === undefined || typeof on === "boolean");
        assert.ok(level === undefined || (Number(level) >= 0 && Number(level) <= 1));
        assert.ok(setpointC === undefined || (Number(setpointC) >= 5 && Number(setpointC) <= 30));
      },
    ),
    { numRuns: 2000, seed: 2 },
  );
});

spec("an order to the ladder is taken by any device, ready or not, and has no values", () => {
  const g = gate();
  for (const device of ["pump", "oven", "cold", "button"]) {
    assert.equal(g.set(device, { mode: "reduced", for: "10m", id: device }), {
      kind: "command",
      device,
      command: { values: {}, mode: "reduced", id: device, forMs: 600_000 },
    });
  }
  assert.equal(g.set("cold", { mode: "auto" }), {
    kind: "command",
    device: "cold",
    command: { values: {}, mode: "auto" },
  });
});

spec("what is wrong with an order is said in words", () => {
  const g = gate();
  const modes = '"full", "reduced", "safe", "off" and "auto"';
  assert.is(g.reason("pump", { mode: "fast" }), `"mode" is one of ${modes}, not the text "fast"`);
  assert.is(g.reason("pump", { mode: 3 }), `"mode" is one of ${modes}, not the number 3`);
  assert.is(
    g.reason("pump", { mode: "safe", on: true }),
    '"mode" is for the device as a whole: send "on" in a command of its own',
  );
  assert.is(
    g.reason("pump", { mode: "reduced", for: "25h" }),
    '"for" may be at most 24h; the text "25h" is longer',
  );
  assert.match(g.reason("pump", { mode: "off", for: "soon" }), '"for" is a time with its unit');
  assert.is(
    g.reason("pump", { mode: "full", for: "1h" }),
    '"mode":"full" holds nothing, so "for" means nothing to it',
  );
  assert.match(g.reason("pump", { mode: "safe", id: "" }), '"id" is a text');
  assert.match(g.reason("pum", { mode: "safe" }), 'did you mean "pump"?');
});

spec("safe and off for too long pass: the ladder cuts them", () => {
  const g = gate();
  assert.is(g.set("pump", { mode: "off", for: "3d" }).kind, "command");
  assert.is(g.set("pump", { mode: "safe", for: "3d" }).kind, "command");
});

spec("a retained order is refused, and a flood of commands does not keep safe or off out", () => {
  const g = gate();
  assert.is(g.set("pump", { mode: "off" }, true).kind, "refused");
  for (let n = 0; n < 200; n++) g.set("pump", { on: true });
  for (let n = 0; n < 200; n++) g.set("pump", { mode: "reduced" });
  assert.is.not(g.set("pump", { mode: "reduced" }).kind, "command");
  assert.is(g.set("pump", { mode: "safe", for: "1h", id: "s" }).kind, "command");
  assert.is(g.set("pump", { mode: "off" }).kind, "command");
  assert.is.not(g.set("pump", { mode: "off", on: true }).kind, "command", "not in its company");
});

spec("an order is known again by its id, also after its device was started again", () => {
  let life = 0;
  const found = new CommandGate({
    root: "holdfast",
    board: "greenhouse",
    catalogue: () => [{ ...pump, life }],
    emulated: true,
  });
  const send = () =>
    found.offer("holdfast/greenhouse/pump/set", Buffer.from('{"mode":"reduced","id":"x"}'), false, 0).kind;
  assert.is(send(), "command");
  life = 1;
  assert.is(send(), "repeated");
});

spec("the fault of an output is cleared by a command by itself, and only where there is an output", () => {
  const g = gate();
  assert.equal(g.set("pump", { clear: true, id: "c" }), {
    kind: "command",
    device: "pump",
    command: { values: {}, clear: true, id: "c" },
  });
  assert.match(g.reason("pump", { clear: false }), /"clear" is true/);
  assert.match(g.reason("pump", { clear: true, on: true }), /send "on" in a command of its own/);
  assert.match(g.reason("pump", { clear: true, id: 7 }), /"id" is a text/);
  assert.match(g.reason("button", { clear: true }), /"button" has no output/);
});
