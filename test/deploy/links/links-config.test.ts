import * as assert from "uvu/assert";
import { linksPlan } from "../../../deploy/board/links-plan.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";

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
