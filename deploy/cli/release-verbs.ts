/** The words of `holdfast release`, for the command line. */
import { DEFAULT_CONFIG, type Flags, listOf, textOf } from "./flags.ts";
import type { VerbTable } from "./verb-table.ts";

export function addReleaseVerbs(cli: VerbTable): void {
  cli
    .command("release [config]", "Make a release: the board's whole application as one signed file")
    .option("--target <target>", "linux-arm64 (default: Pi 3, 4, 5, Zero 2), linux-armv7l or linux-x64")
    .option("--out <file>", "Where to (default: <target>.holdfast)")
    .option("--key <files>", "What signs it, with commas (default: keys/release.key)")
    .option("--trust <files>", "Public keys that boards with it trust as well, with commas")
    .option("--any-board", "Boards of any name may take it (default: only the configuration's)")
    .option("--image", "With a slot for boards that run Holdfast OS")
    .option("--image-only", "With nothing but that slot: half the size")
    .option(
      "--live-from <bundle>",
      "Boards that run this bundle take it without a restart: only drivers may differ",
    )
    .option("--no-try", "Do not start it here first")
    .option("--source-maps", "Stacks name places in the source; it becomes larger")
    .example("  holdfast release board.config.json --out greenhouse.holdfast")
    .action(async (config: string | undefined, flags: Flags) => {
      const [out, liveFrom] = [textOf(flags.out), textOf(flags.liveFrom)];
      const keys = listOf(flags.key);
      // Loaded only by the verb that needs it: `run` stays a small process.
      const { release } = await import("./release.ts");
      return release({
        json: flags.json === true,
        config: config ?? DEFAULT_CONFIG,
        target: textOf(flags.target) ?? "linux-arm64",
        ...(out === undefined ? {} : { out }),
        ...(liveFrom === undefined ? {} : { liveFrom }),
        keys: keys.length === 0 ? ["keys/release.key"] : keys,
        trust: listOf(flags.trust),
        anyBoard: flags.anyBoard === true,
        sourceMaps: flags.sourceMaps === true,
        trying: flags.try !== false,
        image: flags.image === true || flags.imageOnly === true,
        withFiles: flags.imageOnly !== true,
      });
    });
}
