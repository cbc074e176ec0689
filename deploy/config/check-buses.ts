/** What must hold between buses, their multiplexers and the chips: each channel leads somewhere, each chip is alone. */

import { durationMs, frequencyHz } from "../../devices/field.ts";
import { adapterOf, channelPlace } from "../../firmware/channel-name.ts";
import { nearest } from "../nearest.ts";
import type { BoardDraft } from "./draft.ts";
import { addressText } from "./place-fields.ts";
import { type Path, pathText, type Report } from "./problem.ts";
import { alternatives } from "./shape.ts";

/**
 * Above this clock the I2C hardware of a Pi before the 5 takes a stretched clock for a bit too often: it looks at the
 * clock only at one moment of a period (raspberrypi/linux#254, #4884).
 */
const STRETCH_SAFE_HZ = 50_000;

/** Only where "buses" can be read. */
export function checkBuses(board: BoardDraft, hardware: unknown, report: Report): void {
  if (board.broken.has("buses")) return;
  checkPlaces(board, report);
  checkAddresses(board, report);
  checkMuxes(board, report);
  if (hardware === "linux") checkStretching(board, report);
}

/** Every `bus` of a device or expander names an adapter, or a channel of a multiplexer that is described. */
function checkPlaces({ buses, expanders, devices }: BoardDraft, report: Report): void {
  const known = buses.map(({ id }) => id);
  const chips = devices.filter(({ driver }) => driver.hardware === "i2c");
  for (const { at, fields } of [...expanders, ...chips]) {
    const { bus } = fields;
    if (bus === undefined) continue;
    const adapter = buses.find(({ id }) => id === adapterOf(bus));
    if (adapter === undefined) {
      const allowed =
        known.length === 0 ? 'a bus that "buses" describes; there is none' : alternatives(known);
      report.problem([...at, "bus"], bus, allowed, nearest(bus, known));
      continue;
    }
    const place = channelPlace(bus);
    if (place === undefined || (adapter.written.has("muxes") && adapter.fields.muxes === undefined)) continue;
    const muxes = Object.keys(adapter.fields.muxes ?? {});
    if (muxes.includes(addressText(place.mux))) continue;
    const allowed =
      muxes.length === 0
        ? `a channel of a multiplexer that "muxes" of ${adapter.id} describes; there is none`
        : `a channel of ${alternatives(muxes)}`;
    report.problem([...at, "bus"], bus, allowed);
  }
}

/** An address is used once on an adapter and, if not there, once behind each channel. */
function checkAddresses({ buses, expanders, devices }: BoardDraft, report: Report): void {
  const owners = new Map<string, string>();
  const behind = new Map<string, string>();
  const claim = (bus: string, address: string, at: Path) => {
    const adapter = adapterOf(bus);
    const here = owners.get(`${bus} ${address}`) ?? owners.get(`${adapter} ${address}`);
    const there = bus === adapter ? behind.get(`${adapter} ${address}`) : undefined;
    const owner = here ?? there;
    if (owner === undefined) {
      owners.set(`${bus} ${address}`, pathText(at));
      if (bus !== adapter) behind.set(`${adapter} ${address}`, pathText(at));
      return;
    }
    const where = bus === adapter ? `on ${bus}` : `on ${bus} and ${adapter}`;
    const hint = there === undefined ? "" : ", which answers too while its channel is open";
    report.problem(
      [...at, "address"],
      address,
      `an address of its own ${where}; ${owner} has ${address}${hint}`,
    );
  };
  for (const { id, at, fields } of buses) {
    for (const address of Object.keys(fields.muxes ?? {}))
      owners.set(`${id} ${address}`, pathText([...at, "muxes", address]));
  }
  const known = new Set(buses.map(({ id }) => id));
  for (const { at, fields } of [...expanders, ...devices]) {
    const { bus, address } = fields;
    if (bus !== undefined && address !== undefined && known.has(adapterOf(bus))) claim(bus, address, at);
  }
}

function checkMuxes({ buses, expanders, devices }: BoardDraft, report: Report): void {
  const used = [...expanders, ...devices].flatMap(({ fields }) => fields.bus ?? []);
  for (const { id, at, fields } of buses) {
    for (const [address, { reset }] of Object.entries(fields.muxes ?? {})) {
      const here = [...at, "muxes", address];
      if (!used.some((bus) => bus.startsWith(`${id}/${address}/`)))
        report.warning(here, "nothing is behind a channel of it: it is left alone");
      else if (reset === undefined)
        report.warning(
          here,
          'a chip that holds its channel takes the whole bus along: wire RESET to a line and describe it as "reset"',
        );
    }
  }
}

function checkStretching({ buses, devices }: BoardDraft, report: Report): void {
  for (const { at, driver, fields } of devices) {
    const { bus, stretch } = fields;
    const stretches = stretch === undefined ? (driver.stretchUs ?? 0) > 0 : durationMs(stretch) > 0;
    if (bus === undefined || !stretches) continue;
    const speed = buses.find(({ id }) => id === adapterOf(bus))?.fields.speed;
    if (speed === undefined || frequencyHz(speed) <= STRETCH_SAFE_HZ) continue;
    report.warning(
      [...at, "stretch"],
      `up to the Pi 4 the I2C hardware reads wrong bits from a chip that holds the clock: "speed": "50kHz" for ${adapterOf(bus)} makes it rare, "dtoverlay=i2c-gpio" in config.txt (a bus in software on two other lines) avoids it`,
    );
  }
}
