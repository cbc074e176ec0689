/**
 * A board as it is installed on a system with systemd, as files:
 *
 *     /opt/holdfast/a, b          releases; `current` leads to the one that runs, `slots` chooses, `record` says why
 *     /etc/holdfast               the operator's configuration and its keys, which no release replaces
 *     /var/lib/holdfast           what the board keeps
 *     /etc/systemd/system         its units
 */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, posix, resolve } from "node:path";
import { DEFAULT_PORTS } from "../board/options.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { namedFiles } from "../config/named-files.ts";
import { boardUnits } from "../service/board-units.ts";
import { encodeSlotText, SLOT_FILE } from "../update/slot-file.ts";
import { SLOT_PROGRAM, SLOT_PROGRAM_TEXT } from "../update/slot-program.ts";
import { firstRecord } from "../update/slot-steps.ts";
import type { Ext4Entry } from "./ext4-part.ts";
import { treeEntries } from "./tree-entries.ts";
import { VendorError } from "./vendor-error.ts";

export const INSTALL = {
  slots: "/opt/holdfast",
  config: "/etc/holdfast/board.config.json",
  state: "/var/lib/holdfast",
  account: "holdfast",
} as const;

export interface BoardEntriesOptions {
  /** As `configFile` says it. */
  readonly config: BoardConfig;
  /** The operator's configuration; files of keys and logins that it names are looked for from its folder. */
  readonly configFile: string;
  /** The application's folder (`buildApplication`). */
  readonly application: string;
  /** Those of the hardware groups that the system has. */
  readonly groups: readonly string[];
  /** Of the account that the board runs as. */
  readonly uid: number;
  readonly gid: number;
}

/** In an order in which they can be made. Throws `VendorError` when a file that the configuration names is not there. */
export function boardEntries(options: BoardEntriesOptions): Ext4Entry[] {
  const { config, configFile, application, groups, uid, gid } = options;
  const { slots } = INSTALL;
  const own = { uid, gid };
  const folder = posix.dirname(INSTALL.config);
  const units = boardUnits(config, {
    config: INSTALL.config,
    httpPort: DEFAULT_PORTS.http,
    mqttPort: DEFAULT_PORTS.mqtt,
    limits: {},
    user: INSTALL.account,
    groups,
    node: `${slots}/current/bin/node`,
    programs: `${slots}/current/program/deploy/board`,
  });
  return [
    { path: slots, folder: true, mode: 0o755 },
    ...treeEntries(application, `${slots}/a`),
    { path: `${slots}/current`, linkTo: "a" },
    { path: `${slots}/${SLOT_FILE}`, text: encodeSlotText(firstRecord(undefined)), mode: 0o644 },
    { path: `${slots}/${SLOT_PROGRAM}`, text: SLOT_PROGRAM_TEXT, mode: 0o755 },
    { path: folder, folder: true, mode: 0o755 },
    { path: INSTALL.config, from: configFile, mode: 0o644, ...own },
    ...keyEntries(config, configFile, own),
    { path: INSTALL.state, folder: true, mode: 0o700, ...own },
    ...units.flatMap(({ path, text }) => [...folders(path), { path, text, mode: 0o644 }]),
    ...folders("/etc/systemd/system/multi-user.target.wants/x"),
    {
      path: "/etc/systemd/system/multi-user.target.wants/holdfast.service",
      linkTo: "/etc/systemd/system/holdfast.service",
    },
  ];
}

/** What only the board's account may read. Paths of the machine itself are the operator's to fill. */
function keyEntries(
  config: BoardConfig,
  configFile: string,
  own: { readonly uid: number; readonly gid: number },
): Ext4Entry[] {
  const base = posix.dirname(INSTALL.config);
  return namedFiles(config)
    .filter((name) => !isAbsolute(name))
    .flatMap((name) => {
      const from = resolve(dirname(configFile), name);
      const path = posix.join(base, name);
      if (!path.startsWith(`${base}/`))
        throw new VendorError(
          "badSettings",
          `${configFile}: found "${name}"; on a card, keys and logins lie in its folder or below`,
        );
      if (!existsSync(from))
        throw new VendorError("badSettings", `${from} is not there, and ${configFile} names it`);
      return [
        ...folders(path, own).filter((each) => each.path !== base),
        { path, from, mode: 0o600, ...own },
      ];
    });
}

/** All folders above a path, from the top. */
function folders(path: string, own: { readonly uid?: number; readonly gid?: number } = {}): Ext4Entry[] {
  const names = posix.dirname(path).split("/").slice(1);
  return names.map((_, at) => ({
    path: `/${names.slice(0, at + 1).join("/")}`,
    folder: true,
    mode: 0o755,
    ...own,
  }));
}
