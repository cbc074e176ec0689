/**
 * A board as it is installed on a system with systemd, as files:
 *
 *     /opt/holdfast/a, b          releases; `current` leads to the one that runs, `slots` chooses, `record` says why
 *     /etc/holdfast               the operator's configuration and its keys, which no release replaces
 *     /var/lib/holdfast           what the board keeps
 *     /etc/systemd/system         its units
 */
import { existsSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import { DEFAULT_PORTS } from "../board/options.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { namedFiles } from "../config/named-files.ts";
import { checkedPath } from "../image/data-files.ts";
import type { FirstRelease } from "../release/first-release.ts";
import { boardUnits } from "../service/board-units.ts";
import { LEVELS_PATH, LEVELS_SERVICE } from "../service/level-units.ts";
import { RECEIVE_PATH } from "../service/receive-units.ts";
import { slotPrograms } from "../service/slot-programs.ts";
import { manifestFile } from "../update/receive.ts";
import { encodeSlotText, SLOT_FILE } from "../update/slot-file.ts";
import { SLOT_PROGRAM, SLOT_PROGRAM_TEXT } from "../update/slot-program.ts";
import { firstRecord } from "../update/slot-steps.ts";
import type { Ext4Entry } from "./ext4-part.ts";
import { INSTALL } from "./install-places.ts";
import { treeEntries } from "./tree-entries.ts";
import { VendorError } from "./vendor-error.ts";

export interface BoardFilesOptions {
  /** As `configFile` says it. */
  readonly config: BoardConfig;
  /** The operator's configuration; files that it names are looked for from its folder. */
  readonly configFile: string;
  /** The application's folder (`buildApplication`). */
  readonly application: string;
  /** Which release that is; absent: nobody says. */
  readonly first?: FirstRelease;
}

/** Numbers of the account that the board runs as. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Releases, configuration and keys, in an order in which they can be made. Without an owner they are root's. Throws
 * `VendorError` when a file that the configuration names is not there.
 */
export function boardFiles(
  { config, configFile, application, first }: BoardFilesOptions,
  own: Owner = {},
): Ext4Entry[] {
  const { slots } = INSTALL;
  return [
    { path: slots, folder: true, mode: 0o755 },
    ...treeEntries(application, `${slots}/a`),
    { path: `${slots}/current`, linkTo: "a" },
    { path: `${slots}/${SLOT_FILE}`, text: encodeSlotText(firstRecord(first?.release)), mode: 0o644 },
    ...(first === undefined
      ? []
      : [{ path: manifestFile(slots, "a"), text: JSON.stringify(first.manifest), mode: 0o644 }]),
    { path: `${slots}/${SLOT_PROGRAM}`, text: SLOT_PROGRAM_TEXT, mode: 0o755 },
    { path: posix.dirname(INSTALL.config), folder: true, mode: 0o755 },
    { path: INSTALL.config, from: configFile, mode: 0o644, ...own },
    ...keyEntries(config, configFile, own),
  ];
}

/** The state folder and the service. `groups`: those of the hardware groups that the system has. */
export function serviceEntries(config: BoardConfig, groups: readonly string[], own: Owner): Ext4Entry[] {
  const units = boardUnits(config, {
    config: INSTALL.config,
    httpPort: DEFAULT_PORTS.http,
    mqttPort: DEFAULT_PORTS.mqtt,
    limits: {},
    user: INSTALL.account,
    groups,
    ...slotPrograms(INSTALL.slots),
  });
  return [
    { path: INSTALL.state, folder: true, mode: 0o700, ...own },
    ...units.flatMap(({ path, text }): Ext4Entry[] => [...folders(path), { path, text, mode: 0o644 }]),
    ...wanted("multi-user.target", ["holdfast.service"]),
    ...wanted("holdfast.service", ["holdfast-trial.service", LEVELS_SERVICE]),
    ...wanted("paths.target", [RECEIVE_PATH, LEVELS_PATH]),
  ];
}

/** As `systemctl enable` does it. */
function wanted(by: string, units: readonly string[]): Ext4Entry[] {
  const folder = `/etc/systemd/system/${by}.wants`;
  const links = units.map((unit) => ({ path: `${folder}/${unit}`, linkTo: `/etc/systemd/system/${unit}` }));
  return [...folders(links[0]!.path), ...links];
}

/** What only the board's account may read. */
function keyEntries(config: BoardConfig, configFile: string, own: Owner): Ext4Entry[] {
  const base = posix.dirname(INSTALL.config);
  return namedFiles(config).flatMap((name) => {
    const from = resolve(dirname(configFile), name);
    const path = posix.join(base, checkedPath(name));
    if (!existsSync(from))
      throw new VendorError("badSettings", `${from} is not there, and ${configFile} names it`);
    return [
      ...folders(path, own).filter((each) => !base.startsWith(each.path)),
      { path, from, mode: 0o600, ...own },
    ];
  });
}

/** All folders above a path, from the top. */
function folders(path: string, own: Owner = {}): Ext4Entry[] {
  const names = posix.dirname(path).split("/").slice(1);
  return names.map((_, at) => ({
    path: `/${names.slice(0, at + 1).join("/")}`,
    folder: true,
    mode: 0o755,
    ...own,
  }));
}
