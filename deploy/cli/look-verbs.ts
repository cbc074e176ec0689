/** The words of the verbs that look at a machine, or into a board that runs, for the command line. */
import { resolve } from "node:path";
import { DEFAULT_PORTS, defaultStateFolder, port } from "../board/options.ts";
import { everyMs, type Flags, listOf, operatorFlags, textOf } from "./flags.ts";
import { lazy } from "./lazy.ts";
import { atPage, type VerbTable } from "./verb-table.ts";

const doctor = lazy(async () => (await import("./doctor.ts")).doctor);
const inspect = lazy(async () => (await import("./inspect.ts")).inspect);
const links = lazy(async () => (await import("./links.ts")).links);
const ps = lazy(async () => (await import("./ps.ts")).ps);
const scan = lazy(async () => (await import("./scan.ts")).scan);
const top = lazy(async () => (await import("./top.ts")).top);
const trace = lazy(async () => (await import("./trace.ts")).trace);

/** Adds `doctor`, `scan`, `ps`, `links`, `inspect`, `top` and `trace`. */
export function addLookVerbs(cli: VerbTable): void {
  atPage(
    cli.command("doctor", "Explain this machine: what it has, what stands in a board's way, and what helps"),
  )
    .option("--config <file>", "Compare it with what a configuration needs")
    .example("  holdfast doctor --config board.config.json")
    .action((flags: Flags) => {
      const config = textOf(flags.config);
      const deviceTree = process.env.HOLDFAST_DEVICE_TREE;
      return doctor({
        ...operatorFlags(flags),
        ...(config === undefined ? {} : { config }),
        ...(deviceTree === undefined ? {} : { deviceTree }),
        httpPort: port("HOLDFAST_HTTP_PORT", process.env.HOLDFAST_HTTP_PORT || undefined, DEFAULT_PORTS.http),
        mqttPort: port("HOLDFAST_MQTT_PORT", process.env.HOLDFAST_MQTT_PORT || undefined, DEFAULT_PORTS.mqtt),
        stateFolder: resolve(process.env.HOLDFAST_STATE || defaultStateFolder(process.env)),
      });
    });
  atPage(
    cli.command(
      "scan [...buses]",
      "Ask who answers on an I2C bus (default: i2c-1); a board that runs here is asked instead",
    ),
  ).action((buses: readonly string[], flags: Flags) => scan(buses, operatorFlags(flags)));
  atPage(
    cli.command(
      "ps [match]",
      "List the processes of a running board; match: part of a pid, a name or a function",
    ),
  )
    .option("--order <what>", "pid (default), mailbox, time or messages: the greatest of each cell first")
    .option("--limit <count>", "Processes of each cell (default: 50)")
    .action((match: string | undefined, flags: Flags) => {
      const [order, limit] = [textOf(flags.order), textOf(flags.limit)];
      return ps(match, {
        ...operatorFlags(flags),
        ...(order === undefined ? {} : { order }),
        ...(limit === undefined ? {} : { limit }),
      });
    });
  atPage(
    cli.command(
      "links",
      "Print the boards that a running board is linked with, what they show, what was refused",
    ),
  ).action((flags: Flags) => links(operatorFlags(flags)));
  atPage(
    cli.command(
      "inspect [cell]",
      "Print the cells of a running board and its last crashes; of one cell everything",
    ),
  ).action((cell: string | undefined, flags: Flags) => inspect(cell, operatorFlags(flags)));
  atPage(
    cli.command(
      "top",
      "Watch jobs and cells of a running board: how late, how busy, misses, modes; q ends it",
    ),
  )
    .option("--once", "Print one frame; so it is, too, where the output is no terminal")
    .option("--every <duration>", "Between two looks: 200ms to 1m (default: 1s)")
    .option("--sort <what>", "name, late (default), worst, run, budget, misses or restarts")
    .action((flags: Flags) => {
      const sort = textOf(flags.sort);
      return top({
        ...operatorFlags(flags),
        once: flags.once === true,
        everyMs: everyMs(textOf(flags.every) ?? "1s"),
        ...(sort === undefined ? {} : { sort }),
      });
    });
  atPage(
    cli.command(
      "trace [...processes]",
      "Follow what processes do: pids (pump.1), cells, names; all when none is given",
    ),
  )
    .option("--for <duration>", "How long: 10s (default), up to 5m; or until Ctrl-C")
    .option("--kind <kind>", "Only send, receive, spawn, exit or miss; several with commas")
    .option("--tag <tag>", "Only messages of this type; several with commas")
    .example("  holdfast trace pump thermostat --kind send,receive --for 30s")
    .action((processes: readonly string[], flags: Flags) => {
      const forText = textOf(flags.for);
      return trace(processes, {
        ...operatorFlags(flags),
        ...(forText === undefined ? {} : { for: forText }),
        kinds: listOf(flags.kind),
        tags: listOf(flags.tag),
      });
    });
}
