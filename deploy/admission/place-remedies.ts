/** Remedies that give work a better place: a faster bus, another cell, more cores. */
import { frequencyHz } from "../../devices/field.ts";
import { adapterOf } from "../../firmware/channel-name.ts";
import { packCores } from "../../runtime/time/admission/cores.ts";
import { busClock } from "../config/wired-buses.ts";
import { withValue } from "./changed-config.ts";
import type { Remedy, RemedySearch } from "./remedy.ts";
import { ownersOf } from "./remedy-owners.ts";
import { BoardServers } from "./servers.ts";

/** No Pi has more. */
const MOST_CORES = 4;
/** Standard mode, fast mode, fast mode plus; of SPI steps. 1-wire has one speed. */
const SPEEDS: Readonly<Record<string, readonly string[]>> = {
  i2c: ["100kHz", "400kHz", "1MHz"],
  spi: ["1MHz", "5MHz", "10MHz"],
};

/** The bus, or a bus of a member of the cell, at the next speed that will do. */
export function* busSpeeds(search: RemedySearch): Generator<Remedy | undefined> {
  const { config, refused, fits, helps } = search;
  const used = ownersOf(search).flatMap((owner) => {
    const device = Object.hasOwn(config.devices, owner) ? config.devices[owner] : undefined;
    return device !== undefined && "bus" in device ? [adapterOf(device.bus)] : [];
  });
  for (const bus of new Set(refused.kind === "bus" ? [refused.verdict.name] : used)) {
    const clock = busClock(config, bus);
    const at = [clock?.kind === "spi" ? "spi" : "buses", bus, "speed"];
    const value =
      clock &&
      (SPEEDS[clock.kind] ?? []).find((faster) => {
        const changed = withValue(config, at, faster);
        return frequencyHz(faster) > clock.hz && fits(changed) && helps(changed);
      });
    yield value === undefined ? undefined : { words: `"speed" of ${bus} ${value}`, at, value };
  }
}

/** One member of a shared cell moves out. */
export function* ownCells({
  config,
  refused,
  members,
  fits,
  helps,
}: RemedySearch): Generator<Remedy | undefined> {
  const cell =
    refused.kind === "cell" ? members.find(({ name }) => name === refused.verdict.name) : undefined;
  if (cell === undefined || cell.members.length < 2) return;
  for (const id of cell.members) {
    const others = { ...cell, members: cell.members.filter((other) => other !== id) };
    const cells = members.flatMap((each) => (each === cell ? [others, { name: id, members: [id] }] : [each]));
    yield fits(config, cells) && helps(config, cells) ? { words: `${id} in another cell` } : undefined;
  }
}

/** More cores, as far as boards have them. */
export function* moreCores({
  config,
  refused,
  members,
  machine,
}: RemedySearch): Generator<Remedy | undefined> {
  if (refused.kind !== "cores") return;
  const loads = new BoardServers(config, members, machine).loads();
  for (let count = machine.cores + 1; count <= MOST_CORES; count++) {
    if (packCores(loads, count).left.length > 0) continue;
    yield { words: `"cores" at least ${count}, on a machine that has them` };
    return;
  }
}
