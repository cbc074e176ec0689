/** {permanent, transient, temporary} x {normal, shutdown, {shutdown}, crash, kill} for each strategy. */
import * as assert from "uvu/assert";
import { describeReason, type ExitReason } from "../../../runtime/process/exit-reason.ts";
import type { ChildSpec, Restart } from "../../../runtime/supervision/child-spec.ts";
import { countChildren, startChildWith } from "../../../runtime/supervision/supervisor-client.ts";
import { spec } from "../../harness/spec.ts";
import { endsAfter, idles, unlinks } from "../fixtures/misbehaving.ts";
import { supervise } from "./supervised.ts";

const ends: Record<string, ExitReason> = {
  normal: "normal",
  shutdown: "shutdown",
  "{shutdown}": { shutdown: "work is done" },
  crash: { error: "Error: crash", stack: "" },
  kill: "kill",
};
const restarted: Record<Restart, readonly string[]> = {
  permanent: Object.keys(ends),
  transient: ["crash", "kill"],
  temporary: [],
};
const restarts = ["permanent", "transient", "temporary"] as const;

function bystander(id: string): ChildSpec {
  return { id, start: (self) => self.spawn(idles, []) };
}

function mortal(id: string, restart: Restart, reason: ExitReason): ChildSpec {
  return { id, restart, start: (self) => self.spawn(endsAfter, [10, reason]) };
}

/** How the trace prints the end of a process that ended by this reason. */
function seen(reason: ExitReason): string {
  return reason === "kill" ? "killed" : describeReason(reason);
}

for (const restart of restarts) {
  for (const [name, reason] of Object.entries(ends)) {
    const again = restarted[restart].includes(name);
    const sentence = `a ${restart} child that ends by ${name} is ${again ? "" : "not "}restarted`;
    const after = restart === "temporary" ? "is forgotten" : again ? "runs" : "is kept";
    const left = { specs: restart === "temporary" ? 2 : 3, active: again ? 3 : 2 };
    const children = [bystander("a"), mortal("m", restart, reason), bystander("z")];
    const ended = `ended m: ${seen(reason)}`;

    spec(`oneForOne: ${sentence} alone, and ${after}`, () => {
      const { news, until, ask } = supervise({ children });
      news();
      until(15);
      assert.equal(news(), [ended, ...(again ? ["started m#1"] : [])]);
      const { specs, active } = ask(countChildren);
      assert.equal({ specs, active }, left);
    });

    spec(`oneForAll: ${sentence}${again ? " with all others" : ""}, and ${after}`, () => {
      const { news, until, ask } = supervise({ strategy: "oneForAll", children });
      news();
      until(15);
      const all = ["stopped z: shutdown", "stopped a: shutdown", "started a#1", "started m#1", "started z#1"];
      assert.equal(news(), [ended, ...(again ? all : [])]);
      const { specs, active } = ask(countChildren);
      assert.equal({ specs, active }, left);
    });

    spec(`restForOne: ${sentence}${again ? " with those after it" : ""}, and ${after}`, () => {
      const { news, until, ask } = supervise({ strategy: "restForOne", children });
      news();
      until(15);
      const rest = ["stopped z: shutdown", "started m#1", "started z#1"];
      assert.equal(news(), [ended, ...(again ? rest : [])]);
      const { specs, active } = ask(countChildren);
      assert.equal({ specs, active }, left);
    });

    spec(`simpleOneForOne: ${sentence} alone, with its arguments`, () => {
      const template: ChildSpec = {
        id: "m",
        restart,
        start: (self, ...args: [number, ExitReason]) => self.spawn(endsAfter, args),
      };
      const { news, until, ask } = supervise({ strategy: "simpleOneForOne", children: [template] });
      ask((self, sup) => startChildWith(self, sup, [10, reason]));
      ask((self, sup) => startChildWith(self, sup, [1000, "normal"]));
      news();
      until(15);
      assert.equal(news(), [ended, ...(again ? ["started m#1"] : [])]);
      assert.equal(ask(countChildren), {
        specs: 1,
        active: again ? 2 : 1,
        supervisors: 0,
        workers: again ? 2 : 1,
      });
    });
  }
}

for (const strategy of ["oneForOne", "oneForAll", "restForOne"] as const) {
  for (const restart of ["permanent", "transient"] as const) {
    spec(`${strategy}: a ${restart} child that crashes too often ends the supervisor and all others`, () => {
      const crash = { error: "Error: crash", stack: "" };
      const children = [bystander("a"), mortal("m", restart, crash), bystander("z")];
      const board = supervise({ strategy, children, intensity: 2, periodMs: 1000 });
      board.until(29);
      assert.is(board.ended(), undefined);
      board.news();
      board.until(31);
      assert.equal(board.news(), [
        "ended m: Error: crash",
        "gaveUp m: Error: crash",
        "stopped z: shutdown",
        "stopped a: shutdown",
      ]);
      assert.is(board.ended(), "shutdown: m reached its restart intensity");
      board.nothingLeft();
    });
  }
}

spec("restarts that are far enough apart go on for ever", () => {
  const crash = { error: "Error: crash", stack: "" };
  const board = supervise({ children: [mortal("m", "permanent", crash)], intensity: 1, periodMs: 9 });
  board.until(1000);
  assert.is(board.ended(), undefined);
  assert.is(board.trace.filter((line) => line.includes("started m")).length, 101);
});

for (const strategy of ["oneForAll", "restForOne"] as const) {
  spec(`${strategy}: a temporary child that is ended with its group is forgotten`, () => {
    const board = supervise({
      strategy,
      intensity: 2,
      children: [
        mortal("m", "permanent", "normal"),
        { ...bystander("t"), restart: "temporary" },
        bystander("z"),
      ],
    });
    board.news();
    board.until(15);
    assert.equal(board.news(), [
      "ended m: normal",
      "stopped z: shutdown",
      "stopped t: shutdown",
      "started m#1",
      "started z#1",
    ]);
    assert.equal(board.states(), ["m running", "z running"]);
  });
}

spec("a child that has cut its link is seen to end, and restarted", () => {
  const board = supervise({
    children: [{ id: "naughty", start: (self) => self.spawn(unlinks, [self.pid]) }],
  });
  board.until(10);
  board.end(board.pidOf("naughty"), "kill");
  assert.equal(board.news(), ["started naughty#0", "ended naughty: killed", "started naughty#1"]);
});
