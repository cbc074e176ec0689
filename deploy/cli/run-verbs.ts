/** The words of the verbs that start a board, or look at its configuration, for the command line. */
import { resolve } from "node:path";
import { DEFAULT_PORTS, defaultStateFolder, positive } from "../board/options.ts";
import { boardFlags } from "./board-flags.ts";
import { DEFAULT_CONFIG, type Flags, launchFlags, textOf } from "./flags.ts";
import { lazy } from "./lazy.ts";
import { type OptionWords, toBroker, type VerbTable, withOptions } from "./verb-table.ts";

const check = lazy(async () => (await import("./check.ts")).check);
const checkAgainst = lazy(async () => (await import("./check-against.ts")).checkAgainst);
const run = lazy(async () => (await import("./run.ts")).run);
const service = lazy(async () => (await import("./service.ts")).service);

/** What a board is started with, by hand or as a service. */
const LAUNCH: readonly OptionWords[] = [
  ["--http-port <port>", `Port of the page, HOLDFAST_HTTP_PORT (default: ${DEFAULT_PORTS.http})`],
  ["--mqtt-port <port>", `Port of the broker, HOLDFAST_MQTT_PORT (default: ${DEFAULT_PORTS.mqtt})`],
  [
    "--broker <url>",
    "Use this broker (mqtt://host:1883; nodes of a cluster with commas), not the embedded one, HOLDFAST_BROKER",
  ],
];

/** Adds `run`, `service` and `check`. */
export function addRunVerbs(cli: VerbTable): void {
  withOptions(
    cli.command(
      "run [config]",
      "Run the board: guardian, runtime, and on emulated boards the world behind it",
    ),
    LAUNCH,
  )
    .option("--emulated", "Emulated pins although the configuration says linux")
    .option("--time-scale <factor>", "How fast the emulated world goes (default: the configuration's)")
    .option("--state <folder>", "Where setpoints are kept, HOLDFAST_STATE")
    .option("--drivers <folder>", "New versions of drivers may be loaded from there, HOLDFAST_DRIVERS")
    .action((config: string | undefined, flags: Flags) => {
      const timeScale = textOf(flags.timeScale);
      return run(
        {
          ...launchFlags(config, flags),
          emulated: flags.emulated === true,
          ...(timeScale === undefined ? {} : { timeScale: positive("--time-scale", timeScale) }),
          stateFolder: resolve(
            (textOf(flags.state) ?? process.env.HOLDFAST_STATE) || defaultStateFolder(process.env),
          ),
        },
        flags.json === true,
      );
    });
  withOptions(
    cli.command("service [config]", "Print the systemd units that run the board, or install them"),
    LAUNCH,
  )
    .option("--install", "Write them to /etc/systemd/system and enable them (needs root)")
    .option("--user <name>", "Who runs it (default: who asks, also behind sudo)")
    .option("--slots <folder>", "Run the release that these slots lead to, and try new ones (holdfast push)")
    .option("--root <folder>", "Install below this folder, for an image (default: /)")
    .example("  sudo holdfast service /home/pi/board.config.json --install")
    .action((config: string | undefined, flags: Flags) => {
      const [user, slots] = [textOf(flags.user), textOf(flags.slots)];
      return service({
        ...launchFlags(config, flags),
        json: flags.json === true,
        install: flags.install === true,
        root: resolve(textOf(flags.root) ?? "/"),
        ...(user === undefined ? {} : { user }),
        ...(slots === undefined ? {} : { slots: resolve(slots) }),
      });
    });
  toBroker(cli.command("check [config]", "Check a configuration: every problem at once"))
    .option("--emulated", "Check as it would run emulated")
    .option("--against <board>", "Compare its outputs with a board that runs: which lines would move")
    .action((config: string | undefined, flags: Flags) => {
      const file = config ?? DEFAULT_CONFIG;
      const emulated = flags.emulated === true;
      const board = textOf(flags.against);
      if (board !== undefined) return checkAgainst(file, { ...boardFlags(flags), board, emulated });
      return check(file, { emulated, json: flags.json === true });
    });
}
