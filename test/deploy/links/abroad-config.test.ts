import { equal, is, match } from "uvu/assert";
import { linksPlan } from "../../../deploy/board/links-plan.ts";
import { startTable } from "../../../deploy/cli/start-table.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { controllerPlans, devicePlans } from "../../../deploy/config/plan.ts";
import { rightsBook } from "../../../deploy/config/rights-schema.ts";
import { boardRights } from "../../../deploy/links/link-rights.ts";
import { spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";

const OUTPUT = "controllers.irrigation.output";

/** The demo board with its pump on another board. */
function withPumpAt(board: string, links: unknown, ...changes: readonly Change[]) {
  const away: readonly Change[] = [
    ["devices.pump", undefined],
    [OUTPUT, `pump@${board}`],
    ["links", links],
  ];
  return parseConfig(demoWith(...away, ...changes));
}

function refusal({ problems = [] }: ReturnType<typeof parseConfig>): string {
  return problems.map(({ path, found, allowed }) => `${path}: ${found}; ${allowed}`).join("\n");
}

spec("a controller drives an output of a linked board; each command lasts as long as the lease", () => {
  const { config } = withPumpAt("pump-house", { boards: ["pump-house"], lease: "20s" });
  const { output, commandForMs } = controllerPlans(config!).find(({ id }) => id === "irrigation")!;
  equal(output, {
    device: "pump@pump-house",
    field: "on",
    abroad: { board: "pump-house", door: "pump.output", desk: "board@pump-house" },
  });
  is(commandForMs, 20_000);
  const style = { version: "0", pageUrl: "", mqttUrl: "", ownBroker: true, colour: false };
  match(startTable(config!, style), /soil\.moisture > pump@pump-house/);
});

spec("an output of another board needs links, and that board among them", () => {
  match(
    refusal(withPumpAt("pump-house", undefined)),
    /^controllers\.irrigation\.output: "pump@pump-house"; a device of this board; for one of pump-house the section "links" has to link the two$/,
  );
  match(refusal(withPumpAt("pump-house", { boards: { shed: {} } })), /"boards" of "links"\): "shed"$/);
  match(refusal(withPumpAt("greenhouse", {})), /"pump@greenhouse"; "pump": that is the board itself$/);
  match(refusal(withPumpAt("Pump", {})), /one on a linked board such as "pump@pump-house"$/);
  match(
    refusal(withPumpAt("pump-house", { lease: "2s" })),
    /^links\.lease: "2s"; at least 3s: irrigation commands an output of another board once in 1s$/,
  );
});

spec("an output without a controller can be lent; what measures, and what has one, cannot", () => {
  const lend = (...command: string[]) =>
    parseConfig(
      demoWith(["links", { boards: { greenhouse2: { command } } }], ["devices.led.maxOverride", "5m"]),
    );
  const { config, warnings } = lend("led");
  const lent = devicePlans(config!).filter(({ lent }) => lent);
  equal(
    lent.map(({ id, maxOverrideMs }) => [id, maxOverrideMs]),
    [["led", 300_000]],
  );
  equal(
    warnings.filter(({ path }) => path.startsWith("devices")),
    [],
  );
  match(
    refusal(lend("climate")),
    /^links\.boards\.greenhouse2\.command: "climate"; an actuator: climate is a device that measures$/,
  );
  match(
    refusal(lend("pump")),
    /an output without a controller of this board: pump belongs to controllers\.irrigation$/,
  );
});

spec("a board is shown the doors of what it may command, and no others", () => {
  const rights = boardRights(
    rightsBook({ command: ["led"], boards: { greenhouse: { command: ["pump", "valve"] } } }),
  );
  const seen = (board: string) =>
    ["pump.output", "valve.output", "led.output", "pump"].filter((name) => rights.shows(board, name));
  equal(seen("greenhouse"), ["pump.output", "valve.output"]);
  equal(seen("shed"), ["led.output"]);
});

spec(
  "a controller follows a reading of a linked board; it is too old when no lease would have lasted",
  () => {
    const at = (input: string, links: unknown) =>
      parseConfig(
        demoWith(
          ["controllers.irrigation.input", input],
          ["controllers.irrigation.maxAge", undefined],
          ["links", links],
        ),
      );
    const { config } = at("soil.moisture@field", { boards: ["field"], lease: "20s" });
    const plan = controllerPlans(config!).find(({ id }) => id === "irrigation")!;
    equal(plan.input, {
      ...{ device: "soil@field", reading: "moisture", unit: "%", maxAgeMs: 20_000 },
      abroad: { board: "field", door: "soil.readings", desk: "board@field" },
    });
    equal(plan.dependsOn, [], "its own board has no keeper of it");
    match(
      refusal(at("soil.moisture@field", undefined)),
      /^controllers\.irrigation\.input: "soil\.moisture@field"; a device of this board; for one of field the section/,
    );
    match(refusal(at("soil.moisture@shed", { boards: ["field"] })), /"boards" of "links"\): "field"$/);
    match(refusal(at("soil@field", {})), /of a linked board "climate\.temperature@greenhouse"$/);
  },
);

spec(
  "devices that others may read are shared with the names of their readings, and their doors are shown",
  () => {
    const { config } = parseConfig(
      demoWith(["links", { boards: { "pump-house": { read: ["climate"] }, shed: {} } }]),
    );
    const { shared, rights } = linksPlan(config!, "board.config.json", () => 1)!;
    equal(shared, [{ device: "climate", readings: ["temperature", "humidity", "pressure"] }]);
    const { shows } = boardRights(rights);
    equal(
      ["pump-house", "shed"].map((board) => shows(board, "climate.readings")),
      [true, false],
    );
  },
);

spec("a link that may be silent for longer than the lease is warned of where outputs are lent", () => {
  const warned = (links: object) =>
    parseConfig(demoWith(["links", { command: ["led"], ...links }], ["devices.led.maxOverride", "5m"]))
      .warnings.filter(({ path }) => path === "links.lost")
      .map(({ message }) => message);
  equal(warned({}), []);
  equal(warned({ lost: "20s" }), [
    'longer than "lease" (15s): an order to a lent output may be that old when it is obeyed',
  ]);
  equal(warned({ lost: "20s", lease: "30s" }), []);
});
