/** `holdfast shell`: a shell on a board's machine, by the system's own ssh. */
import { spawn } from "node:child_process";
import { endOf, type RemotePlace } from "../update/remote.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { sshRemedy } from "./remote-board.ts";

/** Ends as the shell does, with its exit code. Throws `CliError` where ssh reaches nobody. */
export async function shell(place: RemotePlace): Promise<void> {
  const [program, ...words] = place.via;
  const child = spawn(program, [...words, "-t", place.target], { stdio: "inherit" });
  // Ctrl-C is for the shell over there.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    process.exitCode = await endOf(child, place);
  } catch (error) {
    throw new CliError(EXIT.unreachable, `${(error as Error).message}: ${sshRemedy(place)}`);
  } finally {
    process.off("SIGINT", ignore);
  }
}
