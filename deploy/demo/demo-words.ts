/** What is typed into the demo: words, and what is said of those that it does not know. */
import { nearest } from "../nearest.ts";

/** The boards, in the order in which they start. */
export const IDS = ["greenhouse", "pump-house"] as const;

type BoardId = (typeof IDS)[number];

/** What the demo is to do. */
export type Order =
  | { readonly word: "cut" | "heal" | "help" }
  | { readonly word: "kill" | "stop" | "start"; readonly id: BoardId };

/** The words, for who asks. */
export const HELP = `Type a word and Enter:
  cut              pull the network cable of pump-house; the pump stops by itself within 15 s
  heal             plug it in again
  kill <board>     end the runtime of greenhouse or pump-house without warning (kill -9)
  stop <board>     stop one, as Ctrl-C would; start <board> starts it again
  help             this; Ctrl-C ends both, with every output at its safe level
`;

const ALONE = ["cut", "heal", "help"] as const;
const OF_A_BOARD = ["kill", "stop", "start"] as const;

/** An order, or what is wrong with the line; undefined for an empty one. */
export function orderOf(line: string): Order | string | undefined {
  const [word = "", id] = line.trim().split(/\s+/);
  if (word === "") return undefined;
  const alone = ALONE.find((one) => one === word);
  if (alone !== undefined) return { word: alone };
  const verb = OF_A_BOARD.find((one) => one === word);
  if (verb === undefined) {
    const near = nearest(word, [...ALONE, ...OF_A_BOARD]);
    const meant = near === undefined ? "" : `; did you mean ${near}?`;
    return `"${word}" is no word of the demo${meant || `: cut, heal, kill, stop, start, help; Ctrl-C ends it`}`;
  }
  const board = IDS.find((one) => one === id);
  if (board !== undefined) return { word: verb, id: board };
  return `${verb} which board? ${IDS.map((one) => `${verb} ${one}`).join(" or ")}`;
}
