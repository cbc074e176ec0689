import * as assert from "uvu/assert";
import { linksPlan } from "../../../deploy/board/links-plan.ts";
import { startTable } from "../../../deploy/cli/start-table.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { boardRights, SHOW_ALL } from "../../../deploy/links/link-rights.ts";
import { spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";

const NOTHING = { show: [], groups: [], spawn: [], command: [], read: [] };

function problems(links: unknown, ...changes: readonly Change[]): string[] {
  const { problems = [] } = parseConfig(demoWith(["links", links], ...changes));
  return problems.map(({ path, found, allowed }) => `${path}: ${found}; ${allowed}`);
}

/** All of them as one text. */
function refusal(links: unknown, ...changes: readonly Change[]): string {
  return problems(links, ...changes).join("\n");
}

function warnings(links: unknown, ...changes: readonly Change[]): string[] {
  const { warnings } = parseConfig(demoWith(["links", links], ...changes));
  return warnings.filter(({ path }) => path.startsWith("links")).map(({ message }) => message);
}

spec("without a secret boards are linked over a broker of this machine only, and that is said", () => {
  assert.equal(problems({}), []);
  assert.match(
    warnings({}).join("\n"),
    /every program of this machine .* can speak as a board; "holdfast keys link"/,
  );
  assert.equal(problems({}, ["mqtt", { url: "mqtt://127.0.0.1:1884" }]), []);
  const problem = refusal({}, ["mqtt", { url: "mqtt://192.168.1.10" }]);
  assert.match(
    problem,
    /^links\.secretFile: nothing; .* anybody who reaches the broker could speak as a board$/,
  );
  assert.equal(problems({ secretFile: "links.key" }, ["mqtt", { url: "mqtt://192.168.1.10" }]), []);
  const here = ["mqtt://127.0.0.1:1883", "mqtt://localhost:1884"];
  assert.equal(problems({}, ["mqtt", { url: here }]), []);
  assert.is(problems({}, ["mqtt", { url: [...here, "mqtt://192.168.1.10"] }]).length, 1);
  assert.equal(warnings({ secretFile: "links.key" }), []);
});

spec("a board is lost after two heartbeats at the earliest", () => {
  assert.equal(problems({ heartbeat: "500ms", lost: "1s" }), []);
  assert.match(
    refusal({ heartbeat: "500ms", lost: "999ms" }),
    /^links\.lost: "999ms"; at least twice .* 1000ms/,
  );
  assert.match(refusal({ heartbeat: "4s" }), /^links\.lost: .*at least twice the heartbeat: 8000ms/);
  assert.match(refusal({ heartbeat: 5 }), /^links\.heartbeat: 5; a duration from 100ms to 60s/);
});

spec("the board itself and what is no name are not among the boards it is linked with", () => {
  const own = refusal({ boards: ["pumphouse", "greenhouse"] });
  assert.match(own, /^links\.boards: "greenhouse"; names of other boards/);
  assert.is(problems({ boards: ["Pump House"] }).length, 1);
  assert.is(problems({ boards: [] }).length, 1);
});

spec(
  "the plan has times in milliseconds, the secret where the configuration is, and a life only where it is used",
  () => {
    const { config } = parseConfig(demoWith(["links", { boards: ["shed"], secretFile: "keys/links.key" }]));
    const plan = linksPlan(config!, "/etc/holdfast/board.config.json", () => 9);
    assert.equal(plan, {
      life: 9,
      heartbeatMs: 2000,
      lostMs: 7000,
      boards: ["shed"],
      secretFile: "/etc/holdfast/keys/links.key",
      rights: { others: NOTHING, boards: {} },
      leaseMs: 15_000,
      lent: [],
      shared: [],
      modules: {},
    });
    const open = parseConfig(demoWith(["links", { spawn: ["agents/watering.js"] }])).config!;
    assert.equal(linksPlan(open, "/etc/holdfast/board.config.json", () => 1)?.modules, {
      "agents/watering.js": "file:///etc/holdfast/agents/watering.js",
    });
    const none = () => assert.unreachable("a start was counted");
    assert.is(linksPlan(parseConfig(demoWith()).config!, "/etc/board.config.json", none as never), undefined);
  },
);

spec("lists of a board take the place of those of all boards; what nobody wrote is allowed to nobody", () => {
  const links = {
    show: ["thermostat"],
    spawn: ["agents/watering.js"],
    boards: {
      pumphouse: { show: ["irrigation", "pump-*"], groups: ["pumps"], command: ["fan"] },
      office: { spawn: [] },
    },
  };
  const { config, problems: none = [] } = parseConfig(demoWith(["links", links]));
  assert.equal(none, []);
  const plan = linksPlan(config!, "/etc/board.config.json", () => 1)!;
  assert.equal(plan.boards, ["pumphouse", "office"]);
  const { show, spawn } = links;
  assert.equal(plan.rights, {
    others: { ...NOTHING, show, spawn },
    boards: {
      pumphouse: { ...NOTHING, ...links.boards.pumphouse, spawn },
      office: { ...NOTHING, show, spawn: [] },
    },
  });
  assert.equal(Object.keys(plan.modules), ["agents/watering.js"]);
  assert.equal(plan.lent, ["fan"]);
});

spec("a name is shown whole, by its beginning, or with all others; the desk of the board always", () => {
  const book = {
    others: NOTHING,
    boards: { pumphouse: { ...NOTHING, show: ["lamp", "pump-*"], groups: ["*"] } },
  };
  const rights = boardRights(book);
  const shown = ["lamp", "lamps", "pump-1", "pump-", "pump", "board"].filter((name) =>
    rights.shows("pumphouse", name),
  );
  assert.equal(shown, ["lamp", "pump-1", "pump-", "board"]);
  const seen = (board: string) => ["lamp", "board"].filter((name) => rights.shows(board, name));
  assert.equal(seen("office"), ["board"]);
  // What every object has is no board.
  assert.equal(seen("constructor"), ["board"]);
  assert.ok(rights.shares("pumphouse", "pumps"));
  assert.not(rights.shares("office", "pumps"));
  assert.ok(boardRights(SHOW_ALL).shows("anybody", "lamp"));
});

spec("errors of rights say where, what is allowed, and what may be meant", () => {
  const of = (rights: unknown) => refusal({ boards: { pumphouse: rights } });
  assert.match(
    of({ show: ["a", "a b"] }),
    /^links\.boards\.pumphouse\.show\.1: "a b"; at most 64 names, .*"pump-\*", or "\*"/,
  );
  assert.match(
    of({ show: Array(65).fill("a") }),
    /^links\.boards\.pumphouse\.show: a list; at most 64 names, .*"pump-\*", or "\*"/,
  );
  assert.match(
    of({ sow: ["a"] }),
    /^links\.boards\.pumphouse\.sow: unknown key; show, groups, spawn, command, read$/,
  );
  assert.match(of({ spawn: ["a.ts"] }), /spawn\.0: "a\.ts"; paths of at most 64 modules/);
  assert.match(
    of({ command: ["pmp"] }),
    /^links\.boards\.pumphouse\.command: "pmp"; devices: "climate", .* or "led"$/,
  );
  assert.match(refusal({ read: ["sol"] }), /^links\.read: "sol"; devices: "climate", .* or "led"$/);
  assert.match(refusal({ command: ["valve"] }), /^links\.command: "valve"; devices: /);
  assert.match(
    refusal({ boards: { greenhouse: {} } }),
    /^links\.boards\.greenhouse: "greenhouse"; names of other boards/,
  );
  assert.match(refusal({ boards: {} }), /^links\.boards: 0 boards; 1 to 256 boards/);
  assert.match(refusal({ boards: { "Pump House": {} } }), /an id of 1 to 32 characters/);
  assert.match(
    refusal({ boards: "pumphouse" }),
    /^links\.boards: "pumphouse"; names of 1 to 256 boards.*an object of names and rights/,
  );
  const { problems: meant = [] } = parseConfig(demoWith(["links", { command: ["pmp"] }]));
  assert.is(meant[0]?.suggestion, "pump");
});

spec("the start table says what each linked board may do", () => {
  const table = (links: unknown) => {
    const text = startTable(parseConfig(demoWith(["links", links])).config!, { version: "1" });
    return text.split("\n").filter((line) => line.startsWith("linked"));
  };
  assert.equal(table({}), ["linked with every board that knows the secret: sees no names"]);
  assert.equal(table({ boards: ["pumphouse", "office"], show: ["*"], spawn: ["a.js"] }), [
    "linked with pumphouse: sees all public names, spawns from a.js",
    "linked with office: sees all public names, spawns from a.js",
  ]);
  const rights = { show: ["thermostat"], groups: ["pumps", "lamps"], command: ["led"] };
  assert.equal(table({ boards: { pumphouse: rights } }), [
    "linked with pumphouse: sees thermostat, shares pumps, lamps, commands led",
  ]);
});
