import * as assert from "uvu/assert";
import { type OverviewSources, overviewMaker } from "../../deploy/board/make-overview.ts";
import type { InspectReply } from "../../runtime/introspection/inspector.ts";
import { spec } from "../harness/spec.ts";
import { aBus } from "./a-bus.ts";
import { anOverview } from "./an-overview.ts";

const plan = { board: "greenhouse", version: "1.2.3", hardware: "emulated", incarnation: 2 } as const;
const { jobs, devices, cells } = anOverview();

/** The sources of that overview; `answer` stands for the inspector. */
function sources(answer: () => Promise<InspectReply>): OverviewSources & { asked: unknown[] } {
  const asked: unknown[] = [];
  const known = jobs.map(({ job, ageMs, ...report }) => ({ job, atUs: 9_000_000 - ageMs * 1000, report }));
  return {
    asked,
    plan,
    view: {
      telemetry: { devices: () => devices, jobs: () => known, buses: () => [aBus()] },
      outbox: { facts: anOverview().outbox! },
      links: { view: () => anOverview().links! },
      network: anOverview().network!,
      link: {
        state: "live",
        broker: anOverview().brokerNode!,
        cause: "connected",
        counts: { eventsDropped: 0, commandsRefused: 5, topicsRefused: 0 },
      },
    },
    nowUs: () => 9_000_000,
    uptimeS: () => 3723,
    ask: (request) => {
      asked.push(request);
      return answer();
    },
  };
}

/** As the inspector tells it: with processes. */
function board(): InspectReply {
  const views = cells!.map(({ report, ...status }) => ({
    ...status,
    report: report === null ? null : { ...report, processes: [], found: 9, scanned: 9 },
  }));
  return { is: "board", board: { board: "greenhouse", atUs: 1, cells: views } };
}

spec(
  "an overview is what the telemetry knows and what the cells answer, without their processes",
  async () => {
    const from = sources(async () => board());
    assert.equal(await overviewMaker(from)(), { ...anOverview(), buses: [aBus()] });
    assert.equal(from.asked, [{ what: "board", query: { limit: 1 } }]);
  },
);

spec("an inspector that does not answer costs the cells, not the rest", async () => {
  const overview = await overviewMaker(sources(() => Promise.reject(new Error("the board is starting"))))();
  assert.equal(overview, { ...anOverview(), buses: [aBus()], cells: null });
});

spec("before the telemetry has started nothing is known, and that is told", async () => {
  const {
    devices: all,
    jobs: none,
    broker,
    brokerNode,
  } = await overviewMaker({ ...sources(async () => board()), view: {} })();
  assert.equal([all, none, broker, brokerNode], [[], [], "offline", null]);
});

spec("who asks while an answer is under way gets the same, and who asks later a new one", async () => {
  let answer: (reply: InspectReply) => void = () => {};
  const from = sources(() => new Promise((done) => (answer = done)));
  const make = overviewMaker(from);
  const both = [make(), make()];
  answer(board());
  const [first, second] = await Promise.all(both);
  assert.is(first, second);
  const third = make();
  answer(board());
  assert.is.not(await third, first);
  assert.is(from.asked.length, 2);
});
