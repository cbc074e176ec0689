import type { Overview } from "../board/overview.ts";
import type { LinksFacts, PeerView } from "../links/link-facts.ts";
import { columns } from "./columns.ts";
import { clockWords, tripWords } from "./link-line.ts";
import { askBoard, type OperatorFlags } from "./operator-client.ts";

/** `holdfast links`: the boards that a board is linked with, what each of them shows it, and what was refused. */
export async function links(flags: OperatorFlags): Promise<void> {
  const { board, links } = await askBoard<Overview>(flags, "/overview", {});
  process.stdout.write(
    flags.json ? `${JSON.stringify({ board, links })}\n` : `${linksPage(board, links).join("\n")}\n`,
  );
}

/** For a terminal; `told` is null where the board has no links. */
export function linksPage(board: string, told: LinksFacts<PeerView> | null): readonly string[] {
  if (told === null)
    return [
      `board ${board} is linked with nobody: its configuration has no "links", or they could not be made`,
    ];
  const { peers, refused, late, full, lost } = told;
  const head = [
    "board",
    "link",
    "trip",
    "clock",
    "under way",
    "resent",
    "twice",
    "reordered",
    "names",
    "joins",
  ];
  const linked = peers.filter(({ up }) => up);
  const tried = Object.entries(refused).filter(([, count]) => count > 0);
  return [
    `board ${board}: ${linked.length} of ${peers.length} boards linked`,
    ...(peers.length === 0 ? [] : ["", ...columns([head, ...peers.map(row)])]),
    "",
    ...linked.flatMap(shown),
    `refused: ${tried.map(([cause, count]) => `${count} ${cause}`).join(", ") || "nothing"}`,
    `requests that came too late: ${late}; messages without room: ${full}, lost on their way here: ${lost}`,
  ];
}

function row(peer: PeerView): readonly string[] {
  const { board, up, underWay, resent, duplicates, reordered, names, joins } = peer;
  if (!up) return [board, "DOWN", ...new Array<string>(8).fill("")];
  const counts = [underWay, resent, duplicates, reordered, names, joins].map(String);
  return [board, "up", tripWords(peer), clockWords(peer), ...counts];
}

function shown({ board, shows, names, groups }: PeerView): readonly string[] {
  const more = names > shows.length ? `, and ${names - shows.length} more` : "";
  const joined = groups.map(({ group, joins }) => `${group} (${joins})`).join(", ");
  return [
    `${board} shows: ${shows.join(", ") || "nothing"}${more}`,
    ...(joined === "" ? [] : [`${board} in groups: ${joined}`]),
    "",
  ];
}
