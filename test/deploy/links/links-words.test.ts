import * as assert from "uvu/assert";
import { clockWords, linksLine, tripWords } from "../../../deploy/cli/link-line.ts";
import { linksPage } from "../../../deploy/cli/links.ts";
import { spec } from "../../harness/spec.ts";
import { anOverview } from "../an-overview.ts";

const { links } = anOverview();
const peer = links!.peers[0]!;

spec("holdfast links tells of each board its link, what it shows, and what was refused", () => {
  assert.equal(linksPage("greenhouse", links), [
    "board greenhouse: 1 of 2 boards linked",
    "",
    "board      link  trip  clock             under way  resent  twice  reordered  names  joins",
    "pumphouse  up     2ms  250ms ahead ±1ms          4       5      6          7      2  3",
    "shed       DOWN",
    "",
    "pumphouse shows: pump, valve",
    "pumphouse in groups: motors (3)",
    "",
    "refused: 1 forged, 2 stale, 3 malformed, 4 stranger, 10 version, 5 unknown, 6 notItself, 7 notGiven, 9 notAllowed",
    "requests that came too late: 8; messages without room: 9, lost on their way here: 10",
  ]);
});

spec("a board without links, and one that has met nobody yet, say so", () => {
  assert.match(
    linksPage("greenhouse", null).join("\n"),
    /^board greenhouse is linked with nobody: .*"links"/,
  );
  const refused = { ...links!.refused };
  for (const cause of Object.keys(refused)) (refused as Record<string, number>)[cause] = 0;
  const page = linksPage("greenhouse", { peers: [], refused, late: 0, full: 0, lost: 0 });
  assert.equal(page.slice(0, 3), ["board greenhouse: 0 of 0 boards linked", "", "refused: nothing"]);
});

spec("of many names the first are told, and how many there are", () => {
  const many = { ...peer, shows: ["a", "b"], names: 250, groups: [] };
  const page = linksPage("greenhouse", { ...links!, peers: [many] }).join("\n");
  assert.match(page, /^pumphouse shows: a, b, and 248 more$/m);
  assert.not.match(page, /in groups/);
});

spec("a clock is even where its error is larger than its difference, else ahead or behind", () => {
  const words = (clockAheadMs: number | null, clockErrorMs: number | null) =>
    clockWords({ ...peer, clockAheadMs, clockErrorMs });
  assert.is(words(null, null), "?");
  assert.is(words(0.4, 1.234), "even ±1.2ms");
  assert.is(words(4321, 1.2), "4.3s ahead ±1.2ms");
  assert.is(words(-12.6, 0.34), "13ms behind ±340us");
});

spec("all links in one line: those that are down first, of others the way there and back", () => {
  assert.is(linksLine(links!.peers), "links  shed DOWN, pumphouse 2ms");
  assert.is(tripWords({ ...peer, roundTripMs: null }), "?");
  assert.is(tripWords({ ...peer, roundTripMs: 123.456 }), "123ms");
});
