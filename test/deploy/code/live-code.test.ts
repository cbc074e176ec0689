import { equal, is, match } from "uvu/assert";
import { LiveCode } from "../../../deploy/code/live-code.ts";
import type { NewCode, TrialNews } from "../../../runtime/cell/code-change.ts";
import type { CellStatus } from "../../../runtime/introspection/report.ts";
import { spec } from "../../harness/spec.ts";

const [OLD, NEW] = ["file:///old.js", "file:///new.js"];
const RELEASE = "bb".repeat(16);

/** A kernel by hand: cells that run, and what each is told. */
function bench(running = ["pump", "climate"]) {
  const trace: string[] = [];
  const news = new Map<string, (news: TrialNews) => void>();
  let limit: (() => void) | undefined;
  const kernel = {
    warm: () => {},
    isWarm: () => true,
    cells: () => running.map((cell) => ({ cell }) as CellStatus),
    changeCell(cell: string, { program }: NewCode, _: object, tell: (news: TrialNews) => void) {
      if (cell === "stubborn") throw new Error("it cannot");
      trace.push(`${cell} tries ${program}`);
      news.set(cell, tell);
    },
    passTrial: (cell: string) => trace.push(`${cell} passes`) > 0,
    rollBack(cell: string) {
      if (!news.has(cell)) return false;
      trace.push(`${cell} goes back`);
      return true;
    },
  };
  const code = new LiveCode({
    kernel,
    cells: [...running, "off"],
    program: OLD,
    tell: ({ phase }) => void trace.push(`tells ${phase}`),
    later: (_, callback) => {
      limit = callback;
      return () => {
        limit = undefined;
      };
    },
  });
  return {
    code,
    say(cell: string, what: TrialNews) {
      const tell = news.get(cell)!;
      if (what.phase !== "trial") news.delete(cell);
      tell(what);
    },
    taken: () => trace.splice(0),
    timeIsOver: () => limit?.(),
    hasLimit: () => limit !== undefined,
  };
}

spec("all cells that run try the new code; when every one is kept, so is the program of later ones", () => {
  const { code, say, taken, hasLimit } = bench();
  code.begin(RELEASE, NEW, 1000);
  equal(taken(), ["tells loading", `pump tries ${NEW}`]);
  say("pump", { phase: "trial" });
  equal([taken(), code.state.phase], [[`climate tries ${NEW}`], "loading"]);
  is(code.keep(), false);
  say("climate", { phase: "trial" });
  equal([code.state.phase, code.isOnTrial, code.program], ["trial", true, OLD]);
  is(code.keep(), true);
  is(hasLimit(), false);
  for (const cell of ["pump", "climate"]) say(cell, { phase: "committed" });
  equal(taken(), ["tells trial", "tells keeping", "pump passes", "climate passes", "tells kept"]);
  equal([code.state.phase, code.isOnTrial, code.program], ["kept", false, NEW]);
  is(code.takeBack("too late"), false);
});

spec("a crash of one takes all of them back, and is blamed on the code", () => {
  const { code, say, taken } = bench();
  code.begin(RELEASE, NEW, 1000);
  for (const cell of ["pump", "climate"]) say(cell, { phase: "trial" });
  taken();
  say("pump", { phase: "rolledBack", cause: { error: "Error: worn out", stack: "" }, lost: ["a command"] });
  equal(taken(), ["tells takingBack", "climate goes back"]);
  equal([code.state.phase, code.isOnTrial], ["takingBack", true]);
  say("climate", { phase: "rolledBack", cause: { shutdown: "pump" }, lost: [] });
  equal(taken(), ["tells takenBack"]);
  const { phase, crashed, cause } = code.state;
  equal([phase, crashed, code.program, code.isOnTrial], ["takenBack", true, OLD, false]);
  match(cause!, /pump: Error: worn out, not delivered again: a command/);
});

spec("a cell that cannot change its code at all leaves the others as they are", () => {
  const { code, say, taken } = bench(["pump", "stubborn", "climate"]);
  code.begin(RELEASE, NEW, 1000);
  say("pump", { phase: "trial" });
  equal(taken(), ["tells loading", `pump tries ${NEW}`, "tells takingBack", "pump goes back"]);
  say("pump", { phase: "rolledBack", cause: "killed", lost: [] });
  equal(taken(), ["tells takenBack"]);
  equal([code.state.crashed, code.state.cause], [false, "stubborn: it cannot"]);
});

spec("what nobody decides about in time is taken back", () => {
  const { code, say, taken, timeIsOver } = bench();
  code.begin(RELEASE, NEW, 1000);
  for (const cell of ["pump", "climate"]) say(cell, { phase: "trial" });
  taken();
  timeIsOver();
  equal(taken(), ["tells takingBack", "pump goes back", "climate goes back"]);
  for (const cell of ["pump", "climate"]) say(cell, { phase: "over", cause: "killed" });
  equal([code.state.phase, taken()], ["takenBack", ["tells takenBack"]]);
  match(code.state.cause!, /nobody said in time/);
});
