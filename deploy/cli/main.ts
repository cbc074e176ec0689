/** The `holdfast` command line: reads the words, calls the verb, turns its end into an exit code. */

import { resolve } from "node:path";
import { cac } from "cac";
import { DEFAULT_PORTS, defaultStateFolder, port, positive } from "../board/options.ts";
import { VERSION } from "../board/version.ts";
import { boardFlags } from "./board-flags.ts";
import { addCardVerbs } from "./card-verbs.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { DEFAULT_CONFIG, everyMs, type Flags, launchFlags, listOf, operatorFlags, textOf } from "./flags.ts";
import { helpSections, usageText } from "./help-text.ts";
import { addKeysVerb } from "./keys-verb.ts";
import { lazy } from "./lazy.ts";
import { addLevelVerb } from "./level-verb.ts";
import { addOperateVerbs } from "./operate-verbs.ts";
import { addReleaseVerbs } from "./release-verbs.ts";
import { addUpdateVerbs } from "./update-verbs.ts";

const change = lazy(async () => (await import("./change.ts")).change);
const check = lazy(async () => (await import("./check.ts")).check);
const checkAgainst = lazy(async () => (await import("./check-against.ts")).checkAgainst);
const clear = lazy(async () => (await import("./clear.ts")).clear);
const doctor = lazy(async () => (await import("./doctor.ts")).doctor);
const get = lazy(async () => (await import("./get.ts")).get);
const inspect = lazy(async () => (await import("./inspect.ts")).inspect);
const links = lazy(async () => (await import("./links.ts")).links);
const mode = lazy(async () => (await import("./mode.ts")).mode);
const ps = lazy(async () => (await import("./ps.ts")).ps);
const run = lazy(async () => (await import("./run.ts")).run);
const scan = lazy(async () => (await import("./scan.ts")).scan);
const service = lazy(async () => (await import("./service.ts")).service);
const set = lazy(async () => (await import("./set.ts")).set);
const status = lazy(async () => (await import("./status.ts")).status);
const top = lazy(async () => (await import("./top.ts")).top);
const trace = lazy(async () => (await import("./trace.ts")).trace);
const watch = lazy(async () => (await import("./watch.ts")).watch);

const cli = cac("holdfast");

cli
  .command("run [config]", "Run the board: guardian, runtime, and on emulated boards the world behind it")
  .option("--http-port <port>", `Port of the page, HOLDFAST_HTTP_PORT (default: ${DEFAULT_PORTS.http})`)
  .option("--mqtt-port <port>", `Port of the broker, HOLDFAST_MQTT_PORT (default: ${DEFAULT_PORTS.mqtt})`)
  .option(
    "--broker <url>",
    "Use this broker (mqtt://host:1883; nodes of a cluster with commas), not the embedded one, HOLDFAST_BROKER",
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
cli
  .command("service [config]", "Print the systemd units that run the board, or install them")
  .option("--http-port <port>", `Port of the page, HOLDFAST_HTTP_PORT (default: ${DEFAULT_PORTS.http})`)
  .option("--mqtt-port <port>", `Port of the broker, HOLDFAST_MQTT_PORT (default: ${DEFAULT_PORTS.mqtt})`)
  .option(
    "--broker <url>",
    "Use this broker (mqtt://host:1883; nodes of a cluster with commas), not the embedded one, HOLDFAST_BROKER",
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
addCardVerbs(cli);
addReleaseVerbs(cli);
addUpdateVerbs(cli);
addOperateVerbs(cli);
cli
  .command("check [config]", "Check a configuration: every problem at once")
  .option("--emulated", "Check as it would run emulated")
  .option("--against <board>", "Compare its outputs with a board that runs: which lines would move")
  .action((config: string | undefined, flags: Flags) => {
    const file = config ?? DEFAULT_CONFIG;
    const emulated = flags.emulated === true;
    const board = textOf(flags.against);
    if (board !== undefined) return checkAgainst(file, { ...boardFlags(flags), board, emulated });
    return check(file, { emulated, json: flags.json === true });
  });
addLevelVerb(cli);
cli
  .command("doctor", "Explain this machine: what it has, what stands in a board's way, and what helps")
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
cli
  .command(
    "scan [...buses]",
    "Ask who answers on an I2C bus (default: i2c-1); a board that runs here is asked instead",
  )
  .action((buses: readonly string[], flags: Flags) => scan(buses, operatorFlags(flags)));
cli
  .command(
    "status [board]",
    "Print the boards on the broker: there or away, version, why they came up, what is wrong",
  )
  .action((board: string | undefined, flags: Flags) =>
    status({ ...boardFlags(flags), ...(board === undefined ? {} : { board }) }),
  );
cli
  .command("watch [device]", "Follow readings, states and events until Ctrl-C")
  .action((device: string | undefined, flags: Flags) => watch(device, boardFlags(flags)));
cli
  .command("get [reading]", "Print the present readings: all, one device's, or climate.temperature")
  .action((reading: string | undefined, flags: Flags) => get(reading, boardFlags(flags)));
cli
  .command(
    "set <device> <...values>",
    "Command a device: set pump on, set fan level=0.4, set thermostat setpointC=21",
  )
  .option("--for <duration>", "How long it holds: 10s, 5m")
  .option("--override", "Take the output from the controller that owns it; --no-override gives it back")
  .example("  holdfast set pump on --for 10s")
  .action((device: string, values: readonly string[], flags: Flags) => {
    const forText = textOf(flags.for);
    const given = process.argv.some((word) => word === "--override" || word === "--no-override");
    return set(device, values, {
      ...boardFlags(flags),
      ...(forText === undefined ? {} : { for: forText }),
      ...(given ? { override: flags.override === true } : {}),
    });
  });
cli
  .command(
    "mode [device] [mode]",
    "Print modes and why; or keep a device at a mode (reduced, safe, off), let it up early (full), end that (auto)",
  )
  .option("--for <duration>", "How long it stays at or below the mode: 10m (default: 30m, at most 24h)")
  .example("  holdfast mode climate reduced --for 10m")
  .action((device: string | undefined, wanted: string | undefined, flags: Flags) => {
    const forText = textOf(flags.for);
    return mode(device, wanted, { ...boardFlags(flags), ...(forText === undefined ? {} : { for: forText }) });
  });
cli
  .command("clear <device>", "Acknowledge that maxOn has latched an output off: it may be switched on again")
  .action((device: string, flags: Flags) => clear(device, boardFlags(flags)));
addKeysVerb(cli);
cli
  .command("ps [match]", "List the processes of a running board; match: part of a pid, a name or a function")
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
cli
  .command("links", "Print the boards that a running board is linked with, what they show, what was refused")
  .action((flags: Flags) => links(operatorFlags(flags)));
cli
  .command(
    "inspect [cell]",
    "Print the cells of a running board and its last crashes; of one cell everything",
  )
  .action((cell: string | undefined, flags: Flags) => inspect(cell, operatorFlags(flags)));
cli
  .command("top", "Watch jobs and cells of a running board: how late, how busy, misses, modes; q ends it")
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
cli
  .command(
    "trace [...processes]",
    "Follow what processes do: pids (pump.1), cells, names; all when none is given",
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
cli
  .command(
    "change <device> <driver>",
    "Have a new version of a driver go live, on trial first (emulated boards)",
  )
  .option("--trial <duration>", "How long it has to do well: 10s, 5m (default: 10s)")
  .example("  holdfast change heater relay-2 --trial 10s")
  .action((device: string, driver: string, flags: Flags) => {
    const trial = textOf(flags.trial);
    return change(device, driver, { ...boardFlags(flags), ...(trial === undefined ? {} : { trial }) });
  });
cli.option("--json", "Print JSON, one object a line");
cli.option("--board <id>", "Which board (default: the only one online)");
cli.option(
  "--mqtt-root <topic>",
  "First levels of its topics, HOLDFAST_MQTT_ROOT (default: mqtt.root of the configuration here)",
);
cli.option("--url <url>", "Broker of the board (default: mqtt://127.0.0.1 and HOLDFAST_MQTT_PORT or 1883)");
cli.option("--credentials <file>", "Login at that broker, mode 0600, HOLDFAST_CREDENTIALS");
cli.option("--ca <file>", "Authority of its certificate (mqtts://), HOLDFAST_CA");
cli.option("--cert <file>", "Own certificate where it asks for one, HOLDFAST_CERT");
cli.option("--key <file>", "The key of that, mode 0600, HOLDFAST_KEY");
cli.option("--page <url>", "Page of the board (default: http://127.0.0.1 and HOLDFAST_HTTP_PORT or 8080)");
cli.help((sections) => helpSections(sections, cli.matchedCommand?.description));
cli.version(VERSION);

// Who reads along has enough (`holdfast check | head`): an end, no failure. A board goes on, whether anybody reads its log or not.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (cli.matchedCommandName !== "run") process.exit();
  });
try {
  cli.parse(process.argv, { run: false });
  if (cli.matchedCommand === undefined && cli.options.help !== true && cli.options.version !== true) {
    const [word] = cli.args;
    if (word !== undefined) throw new CliError(EXIT.usage, `no command "${word}"; see holdfast --help`);
    cli.outputHelp();
    process.exitCode = EXIT.usage;
  } else {
    await cli.runMatchedCommand();
  }
} catch (error) {
  const json = process.argv.includes("--json");
  const fromCac = error instanceof Error && error.name === "CACError";
  const said = error instanceof Error ? error.message : String(error);
  const message = fromCac ? usageText(said, cli.matchedCommandName) : said;
  process.stderr.write(json ? `${JSON.stringify({ error: message })}\n` : `holdfast: ${message}\n`);
  const usage = error instanceof RangeError || fromCac;
  process.exitCode = error instanceof CliError ? error.exitCode : usage ? EXIT.usage : EXIT.failed;
}
