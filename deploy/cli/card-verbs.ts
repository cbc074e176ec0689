/** The words of the verbs that make and write cards, for the command line. */
import { resolve } from "node:path";
import { CliError, EXIT } from "./exit-code.ts";
import { DEFAULT_CONFIG, type Flags, flashBoardFlags, flashTarget, textOf } from "./flags.ts";
import type { VerbTable } from "./verb-table.ts";

export function addCardVerbs(cli: VerbTable): void {
  cli
    .command("image [config]", "Make a card of Holdfast OS: it boots straight into the board")
    .option("--out <file>", "Where the card goes (default: card.img)")
    .option("--provision <file>", "Name, network, time zone, keys: JSON, deploy/image/README.md")
    .option("--trust <files>", "Public keys whose releases it takes, with commas (default: keys/release.pub)")
    .option("--fresh", "Ask Debian for newer packages")
    .example("  holdfast image board.config.json --out card.img --provision provision.json")
    .action(async (config: string | undefined, flags: Flags) => {
      const provision = textOf(flags.provision);
      // Loaded only by the verbs that need it, here and below: `run` stays a small process.
      const { cardKeys } = await import("./card-keys.ts");
      const { image } = await import("./image.ts");
      return image(config ?? DEFAULT_CONFIG, {
        json: flags.json === true,
        out: resolve(textOf(flags.out) ?? "card.img"),
        fresh: flags.fresh === true,
        trusted: cardKeys(flags),
        ...(provision === undefined ? {} : { provision }),
      });
    });
  cli
    .command("flash [image]", "Write an image (.img, also as .xz, .gz, .zst) to a card, and read it back")
    .option("--list", "Print the disks, and which of them can be written")
    .option("--to <disk>", "Which disk: /dev/sda (default: asks)")
    .option("--out <file>", "A file instead of a disk")
    .option("--yes", "Ask nobody")
    .option("--config <file>", "Make the card of this board first: Holdfast OS")
    .option(
      "--os <image>",
      "With --config: the vendor's Raspberry Pi OS Lite (64-bit) instead, with the board in it",
    )
    .option(
      "--boot-folder <folder>",
      "With --config: only the boot partition of a card with Raspberry Pi OS, mounted here",
    )
    .option(
      "--bundle <file>",
      "With --os or --boot-folder: this release, which was made elsewhere (macOS cannot make one)",
    )
    .option("--provision <file>", "With --config: name, network, time, SSH keys (deploy/image/README.md)")
    .option(
      "--trust <files>",
      "With --config: public keys whose releases it takes (default: keys/release.pub)",
    )
    .example("  sudo holdfast flash card.img.xz --to /dev/sda")
    .example("  sudo holdfast flash --config board.config.json --os raspios-lite.img.xz")
    .example(
      "  holdfast flash --config board.config.json --boot-folder /Volumes/bootfs --bundle greenhouse.holdfast",
    )
    .action(async (image: string | undefined, flags: Flags) => {
      const json = flags.json === true;
      const { flashImage, printDisks } = await import("./flash.ts");
      if (flags.list === true) return printDisks({ json });
      const target = flashTarget(flags);
      const board = flashBoardFlags(flags);
      if ((image === undefined) === (board === undefined))
        throw new CliError(
          EXIT.usage,
          "either an image or --config says what is written: holdfast flash --help",
        );
      if (board === undefined) return flashImage(image!, target);
      const { cardKeys } = await import("./card-keys.ts");
      const { flashBoard } = await import("./flash-board.ts");
      return flashBoard({ ...target, ...board, trusted: cardKeys(flags) });
    });
}
