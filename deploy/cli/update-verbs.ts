/** The words of the verbs that bring a release to a board, for the command line. */
import { type Flags, operatorFlags, placeFlag } from "./flags.ts";
import { trial } from "./trial.ts";

/** What of the command line's library is needed here. */
export interface VerbTable {
  command(words: string, description: string): Verb;
}

interface Verb {
  option(words: string, description: string): Verb;
  example(words: string): Verb;
  action(run: (...words: never[]) => unknown): Verb;
}

export function addUpdateVerbs(cli: VerbTable): void {
  cli
    .command(
      "trial",
      "Watch over a release on trial and give its verdict; whoever starts the board starts this",
    )
    .option("--slots <place>", "Folder of the slots, or disk:/dev/mmcblk0, HOLDFAST_SLOTS")
    .action((flags: Flags) => trial({ ...operatorFlags(flags), place: placeFlag(flags) }));
}
