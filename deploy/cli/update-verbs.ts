/** The words of the verbs that bring a release to a board, for the command line. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseSizeBytes } from "../config/size-text.ts";
import { DEFAULT_ROOT, type RemotePlace, SSH, SSH_UNATTENDED } from "../update/remote.ts";
import { MOST_TRIES } from "../update/slot-record.ts";
import type { UpdatePlace } from "../update/update-place.ts";
import { INSTALL } from "../vendor/install-places.ts";
import { boardFlags } from "./board-flags.ts";
import { CliError, EXIT } from "./exit-code.ts";
import {
  DEFAULT_CONFIG,
  type Flags,
  listOf,
  operatorFlags,
  placeFlag,
  SIGNING_KEY,
  textOf,
} from "./flags.ts";
import { lazy } from "./lazy.ts";
import type { PushFlags } from "./push.ts";
import { hostOf, wayThere } from "./remote-board.ts";
import { trialTimes } from "./trial-times.ts";
import { atBroker, atPage, type VerbTable, withOptions } from "./verb-table.ts";

const trial = lazy(async () => (await import("./trial.ts")).trial);

const SLOTS = ["--slots <place>", "Folder of the slots, or disk:/dev/mmcblk0, HOLDFAST_SLOTS"] as const;
const CONFIG = ["--config <file>", "The board's configuration, HOLDFAST_CONFIG"] as const;
/** Options of a push that the board has to know. */
const ALLOWANCES = [
  ["--now", "Do not wait for outputs to be safe, nor for updateWindow; what drops is listed"],
  ["--flip-safe", "Allow that the safe level of an output becomes another"],
  ["--downgrade", "Allow a release that is older than the one that runs"],
  ["--retry", "Try a release again that did not hold before"],
  ["--stay", "Only into the spare slot: nothing restarts"],
  ["--tries <count>", "Boots that the release gets until it is confirmed (default: 3)"],
  ["--trial <duration>", "How long all has to be good (default: 2m)"],
  ["--settle <duration>", "How long it may take until it is (default: 10m)"],
  ["--link <duration>", "The same while only broker or links are missing (default: 30m)"],
  ["--limit <size>", "Largest release that is taken (default: the board's updateLimit, 512MB)"],
  ["--rate <size>", "Most that is sent in a second (default: the board's updateRate, as fast as it goes)"],
] as const;

/** What an offer can carry, with a seal. */
const OFFER_ALLOWANCES = ALLOWANCES.filter(([words]) =>
  ["--now", "--flip-safe", "--downgrade", "--retry", "--trial <duration>"].includes(words),
);

export function addUpdateVerbs(cli: VerbTable): void {
  withOptions(
    cli.command(
      "push <target> [bundle]",
      "Bring a release to a board over ssh, and stay until it is confirmed or reverted",
    ),
    ALLOWANCES,
  )
    .option("--via <command>", `Instead of ssh; target and command line follow it (default: ${SSH[0]})`)
    .option("--root <folder>", `Folder of the slots there (default: ${DEFAULT_ROOT})`)
    .option(
      "--trust <files>",
      "A machine without Holdfast gets it, and these public keys (default: keys/release.pub)",
    )
    .option("--config <file>", "Its configuration (default: the release's own)")
    .option("--no-start", "Not made a service, nor started")
    .example("  holdfast push pi@greenhouse.local greenhouse.holdfast")
    .option(
      "--fleet <file>",
      "To all boards of a boards.json, wave by wave; the bundle is the only word then",
    )
    .example("  holdfast push --fleet boards.json any.holdfast")
    .action(async (target: string, bundle: string | undefined, flags: Flags) => {
      const json = flags.json === true;
      const words = allowanceWords(flags);
      const fleet = textOf(flags.fleet);
      if (fleet !== undefined) {
        const { via, root } = wayThere(flags, SSH_UNATTENDED);
        // Loaded only by the verbs that need it, here and below: `run` stays a small process.
        const { pushFleet } = await import("./push-fleet.ts");
        return pushFleet({ json, words, via, root, fleet: resolve(fleet), file: bundle ?? target });
      }
      if (bundle === undefined)
        throw new CliError(EXIT.usage, "push: which bundle? holdfast push pi@host x.holdfast");
      const { pushRelease } = await import("./push.ts");
      return pushRelease({
        json,
        words,
        place: remoteFlag(target, flags),
        file: bundle,
        ...firstTime(flags),
      });
    });
  withOptions(
    atBroker(
      cli.command("offer <bundle>", "Offer a release to a board over its broker; it fetches it from here"),
    ),
    OFFER_ALLOWANCES,
  )
    .option("--seal <file>", `Release key that allows the options above (default: ${SIGNING_KEY})`)
    .option(
      "--over <way>",
      "http: the board fetches it from here; mqtt: in parts over the broker; both: by http where that goes (default: both)",
    )
    .option("--address <host>", "Where the board reaches this machine (default: its first network address)")
    .option("--listen <port>", "Port that the bundle is served at (default: any free one)")
    .example("  holdfast offer greenhouse.holdfast --board greenhouse --url mqtt://broker")
    .action(async (bundle: string, flags: Flags) => {
      receiveFlags(flags);
      const { offerWords } = await import("./offer-words.ts");
      const words = offerWords(flags);
      const { offerRelease } = await import("./offer.ts");
      return offerRelease({ ...boardFlags(flags), ...words, file: bundle });
    });
  withOptions(
    atPage(
      cli.command(
        "receive",
        "On a board: take a release, as push sends it; from a file or web server with --from",
      ),
    ),
    [
      SLOTS,
      ["--from <place>", "A file, or http://..."],
      ["--offered <file>", "What was offered to the board over its broker; the file is removed"],
      CONFIG,
      ...ALLOWANCES,
    ],
  ).action(async (flags: Flags) => {
    const { readOffered } = await import("./offer-words.ts");
    const offered = readOffered(textOf(flags.offered));
    const allowed = { ...flags, ...offered?.offer };
    const place = placeFlag(flags);
    const from = textOf(flags.from);
    const { tries, limit, rate, times } = receiveFlags(allowed);
    const { receiveRelease } = await import("./receive.ts");
    return receiveRelease({
      ...{ place, times, page: operatorFlags(flags).page, config: configOf(flags, place) },
      ...(from !== undefined && { from }),
      ...(offered !== undefined && { offered }),
      gate: {
        now: allowed.now === true,
        flipSafe: allowed.flipSafe === true,
        downgrade: allowed.downgrade === true,
        retry: allowed.retry === true,
      },
      stay: flags.stay === true,
      ...(tries !== undefined && { tries }),
      ...(limit !== undefined && { limit }),
      ...(rate !== undefined && { rate }),
    });
  });
  withOptions(
    cli.command("update", "On a board: which slot runs, what is on trial, how the last update ended"),
    [SLOTS, ["--follow", "Say it again whenever it changes, until its standard input ends"]],
  ).action(async (flags: Flags) => {
    const { followUpdate, showUpdate } = await import("./show-update.ts");
    return (flags.follow === true ? followUpdate : showUpdate)(placeFlag(flags), flags.json === true);
  });
  withOptions(
    atPage(
      cli.command(
        "trial",
        "On a board: watch over a release on trial and give its verdict; whoever starts the board starts this",
      ),
    ),
    [SLOTS, CONFIG],
  ).action((flags: Flags) => {
    const place = placeFlag(flags);
    return trial({ ...operatorFlags(flags), place, config: configOf(flags, place) });
  });
}

/** The board's own, as whoever comes by ssh finds it. */
function configOf(flags: Flags, place: UpdatePlace): string {
  const written = textOf(flags.config) ?? process.env.HOLDFAST_CONFIG;
  const own = place.kind === "folder" ? join(place.folder, DEFAULT_CONFIG) : INSTALL.config;
  return resolve(written || (existsSync(own) ? own : INSTALL.config));
}

/** For a machine that has no Holdfast yet. */
function firstTime(flags: Flags): Pick<PushFlags, "trust" | "config" | "start"> {
  const config = textOf(flags.config);
  const trust = listOf(flags.trust);
  return {
    trust: (trust.length === 0 ? ["keys/release.pub"] : trust).map((file) => resolve(file)),
    ...(config !== undefined && { config: resolve(config) }),
    start: flags.start !== false,
  };
}

function remoteFlag(target: string, flags: Flags): RemotePlace {
  if (target.startsWith("-")) throw new CliError(EXIT.usage, `"${target}" is no user@host`);
  const way = wayThere(flags);
  return { target: hostOf(target, way.via), ...way };
}

/** As they were written here, checked here: the board's answer would come only after the connection. */
export function allowanceWords(flags: Flags): string[] {
  receiveFlags(flags);
  return ALLOWANCES.flatMap(([words]) => {
    const [option = "", value] = words.split(" ");
    const name = option.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (value === undefined) return flags[name] === true ? [option] : [];
    const text = textOf(flags[name]);
    return text === undefined ? [] : [option, text];
  });
}

function receiveFlags(flags: Flags) {
  const tries = textOf(flags.tries);
  if (
    tries !== undefined &&
    !(Number.isInteger(Number(tries)) && Number(tries) >= 1 && Number(tries) <= MOST_TRIES)
  )
    throw new CliError(EXIT.usage, `--tries: "${tries}" is no whole number from 1 to ${MOST_TRIES}`);
  return {
    tries: tries === undefined ? undefined : Number(tries),
    times: trialTimes(flags),
    limit: sizeOf("--limit", flags.limit),
    rate: sizeOf("--rate", flags.rate),
  };
}

function sizeOf(option: string, value: unknown): number | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const bytes = parseSizeBytes(text);
  if (bytes === undefined || bytes < 1000)
    throw new CliError(EXIT.usage, `${option}: "${text}" is no size; allowed is 1kB or more, such as 4MB`);
  return bytes;
}
