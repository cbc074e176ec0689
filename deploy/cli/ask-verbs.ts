/** The words of the verbs that ask and command a board over its broker, for the command line. */
import { boardFlags } from "./board-flags.ts";
import { type Flags, textOf } from "./flags.ts";
import { lazy } from "./lazy.ts";
import { atBroker, type VerbTable } from "./verb-table.ts";

const change = lazy(async () => (await import("./change.ts")).change);
const clear = lazy(async () => (await import("./clear.ts")).clear);
const get = lazy(async () => (await import("./get.ts")).get);
const mode = lazy(async () => (await import("./mode.ts")).mode);
const set = lazy(async () => (await import("./set.ts")).set);
const status = lazy(async () => (await import("./status.ts")).status);
const watch = lazy(async () => (await import("./watch.ts")).watch);

/** Adds `status`, `watch`, `get`, `set`, `mode`, `clear` and `change`. */
export function addAskVerbs(cli: VerbTable): void {
  atBroker(
    cli.command(
      "status [board]",
      "Print the boards on the broker: there or away, version, why they came up, what is wrong",
    ),
  ).action((board: string | undefined, flags: Flags) =>
    status({ ...boardFlags(flags), ...(board === undefined ? {} : { board }) }),
  );
  atBroker(cli.command("watch [device]", "Follow readings, states and events until Ctrl-C")).action(
    (device: string | undefined, flags: Flags) => watch(device, boardFlags(flags)),
  );
  atBroker(
    cli.command("get [reading]", "Print the present readings: all, one device's, or climate.temperature"),
  ).action((reading: string | undefined, flags: Flags) => get(reading, boardFlags(flags)));
  atBroker(
    cli.command(
      "set <device> <...values>",
      "Command a device: set pump on, set fan level=0.4, set thermostat setpointC=21",
    ),
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
  atBroker(
    cli.command(
      "mode [device] [mode]",
      "Print modes and why; or keep a device at a mode (reduced, safe, off), let it up early (full), end that (auto)",
    ),
  )
    .option("--for <duration>", "How long it stays at or below the mode: 10m (default: 30m, at most 24h)")
    .example("  holdfast mode climate reduced --for 10m")
    .action((device: string | undefined, wanted: string | undefined, flags: Flags) => {
      const forText = textOf(flags.for);
      return mode(device, wanted, {
        ...boardFlags(flags),
        ...(forText === undefined ? {} : { for: forText }),
      });
    });
  atBroker(
    cli.command(
      "clear <device>",
      "Acknowledge that maxOn has latched an output off: it may be switched on again",
    ),
  ).action((device: string, flags: Flags) => clear(device, boardFlags(flags)));
  atBroker(
    cli.command(
      "change <device> <driver>",
      "Have a new version of a driver go live, on trial first (emulated boards)",
    ),
  )
    .option("--trial <duration>", "How long it has to do well: 10s, 5m (default: 10s)")
    .example("  holdfast change heater relay-2 --trial 10s")
    .action((device: string, driver: string, flags: Flags) => {
      const trial = textOf(flags.trial);
      return change(device, driver, { ...boardFlags(flags), ...(trial === undefined ? {} : { trial }) });
    });
}
