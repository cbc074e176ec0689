/**
 * Makes an image of Raspberry Pi OS Lite (64-bit) a board's, without mounting it and without root: application, service and
 * settings go into its root file system, boot levels into its boot partition. Nothing else is touched: the first boot does what the
 * vendor has it do.
 */
import { bootLevelsText } from "../../firmware/board/boot-levels.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { hardwarePlan } from "../config/plan.ts";
import type { Provision } from "../image/provision.ts";
import type { FirstRelease } from "../release/first-release.ts";
import { isOlder } from "../release/fits-here.ts";
import { HARDWARE_GROUPS } from "../service/board-units.ts";
import { type Accounts, withSystemAccount } from "./accounts.ts";
import { boardFiles, serviceEntries } from "./board-entries.ts";
import { type BootFiles, ImageBootFiles } from "./boot-files.ts";
import { busEntries, writeBusSettings } from "./bus-entries.ts";
import { type Ext4Entry, Ext4Part } from "./ext4-part.ts";
import { growRoot } from "./grow-root.ts";
import { INSTALL } from "./install-places.ts";
import { readPartitions } from "./partitions.ts";
import { settingsEntries, withCountry } from "./settings.ts";
import { treeBytes } from "./tree-entries.ts";
import { VendorError } from "./vendor-error.ts";
import { writeBootLevels } from "./write-boot-levels.ts";

export interface InjectOptions {
  /** The image file, which is changed. */
  readonly image: string;
  readonly config: BoardConfig;
  /** The operator's configuration. */
  readonly configFile: string;
  /** The application's folder, for linux-arm64. */
  readonly application: string;
  /** Which release that is; absent: the board knows it by nothing. */
  readonly first?: FirstRelease;
  /** Which release it is: version and target, a line. */
  readonly release: string;
  readonly settings: Provision;
  /** The first user, as the vendor's first boot makes it; absent: whoever the image asks for one. */
  readonly login?: { readonly user: string; readonly hash: string };
  /** Hears what is being done. */
  readonly step?: (what: string) => void;
}

/** Says which release is in an image: an image is made a board's once. */
const MARK = "/etc/holdfast/release";
/** Room that the system needs besides, bytes. */
const SPARE = 64 << 20;

/**
 * Resolves `"injected"`, or `"present"` when the same release is in it already and nothing was changed. Throws `VendorError`:
 * `notRaspberryPiOs`, `otherRelease`, `badSettings`, `notWritten`; `ReleaseError` for a program that is missing or fails.
 */
export function injectBoard(options: InjectOptions): "injected" | "present" {
  const { image, config, release, first, settings, login, step = () => {} } = options;
  const partitions = readPartitions(image);
  const root = new Ext4Part(image, partitions.root);
  checkSystem(image, root, settings);
  if (first !== undefined) checkLibc(image, root, first.manifest.minimum.glibc);
  const present = root.read(MARK)?.toString("utf8").trim();
  if (present === release) return "present";
  if (present !== undefined)
    throw new VendorError(
      "otherRelease",
      `${image} has Holdfast ${present} in it already: begin with the vendor's image, or update the board with holdfast push`,
    );
  step("account and settings");
  const { accounts, uid, gid, groups } = accountsOf(root);
  const entries: Ext4Entry[] = [
    ...accounts,
    ...settingsEntries(settings, root.read("/etc/hosts")?.toString("utf8") ?? ""),
    ...boardFiles(options, { uid, gid }),
    ...busEntries(hardwarePlan(config)),
    ...serviceEntries(config, groups, { uid, gid }),
  ];
  growRoot(image, partitions, treeBytes(entries) + SPARE);
  step(`${entries.length} files into the root file system`);
  root.write(entries);
  step("boot levels");
  const boot = new ImageBootFiles(image, partitions.boot);
  writeBoot(boot, config, settings);
  if (login !== undefined) boot.write("userconf.txt", `${login.user}:${login.hash}\n`);
  // Last: an image that was left half done is not taken for a whole one.
  root.write([{ path: MARK, text: `${release}\n`, mode: 0o644 }]);
  step("checking the file system");
  root.check();
  return "injected";
}

function checkSystem(image: string, root: Ext4Part, { wifi, sshKeys = [] }: Provision): void {
  const wanted = "expected Raspberry Pi OS Lite (64-bit)";
  if (root.read("/etc/rpi-issue") === undefined)
    throw new VendorError("notRaspberryPiOs", `${image} has no /etc/rpi-issue; ${wanted}`);
  const libc = ["/usr/lib/aarch64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6"];
  if (!libc.some((path) => root.has(path)))
    throw new VendorError("notRaspberryPiOs", `${image} is not for 64-bit processors; ${wanted}`);
  if (wifi !== undefined && !root.has("/etc/NetworkManager"))
    throw new VendorError(
      "badSettings",
      `${image} has no NetworkManager for the Wi-Fi: it begins with the release of 2023`,
    );
  if (sshKeys.length > 0 && !root.has("/etc/ssh"))
    throw new VendorError("badSettings", `${image} has no SSH server that keys could open`);
}

/** As its packages say: an image of before 2023 would boot, and its board never start. One that says nothing is taken. */
function checkLibc(image: string, root: Ext4Part, needed: string): void {
  const packages = root.read("/var/lib/dpkg/status")?.toString("utf8") ?? "";
  const [, found] = /^Package: libc6\n(?:\S.*\n| .*\n)*?Version: (\S+)/m.exec(packages) ?? [];
  if (found === undefined || !isOlder(found, needed)) return;
  throw new VendorError(
    "notRaspberryPiOs",
    `${image} has glibc ${found}, and this release needs ${needed} or newer: take Raspberry Pi OS Lite (64-bit) of 2023 or later`,
  );
}

function accountsOf(root: Ext4Part) {
  const text = (path: string) => {
    const bytes = root.read(path);
    if (bytes === undefined) throw new VendorError("notRaspberryPiOs", `the image has no ${path}`);
    return bytes.toString("utf8");
  };
  const before: Accounts = {
    passwd: text("/etc/passwd"),
    group: text("/etc/group"),
    shadow: text("/etc/shadow"),
  };
  const groups = HARDWARE_GROUPS.filter((name) => new RegExp(`^${name}:`, "m").test(before.group));
  const { passwd, group, shadow } = withSystemAccount(before, INSTALL.account, INSTALL.state, groups);
  const [uid, gid] = new RegExp(`^${INSTALL.account}:x:(\\d+):(\\d+):`, "m")
    .exec(passwd)!
    .slice(1)
    .map(Number);
  // Debian's own mode and group of shadow: root:shadow, 0640.
  const shadowGid = Number(/^shadow:x:(\d+):/m.exec(group)?.[1] ?? 0);
  const accounts: Ext4Entry[] = [
    { path: "/etc/passwd", text: passwd, mode: 0o644 },
    { path: "/etc/group", text: group, mode: 0o644 },
    { path: "/etc/shadow", text: shadow, mode: 0o640, gid: shadowGid },
  ];
  return { accounts, uid: uid!, gid: gid!, groups };
}

/** What the firmware and the kernel read: safe levels before Linux starts, buses, SSH, the radio's country. */
export function writeBoot(boot: BootFiles, config: BoardConfig, settings: Provision): void {
  const plan = hardwarePlan(config);
  writeBootLevels(boot, bootLevelsText(plan));
  writeBusSettings(boot, plan);
  if ((settings.sshKeys ?? []).length > 0) boot.write("ssh", "");
  if (settings.wifi === undefined) return;
  const commandLine = boot.read("cmdline.txt");
  if (commandLine === undefined)
    throw new VendorError("notRaspberryPiOs", "the boot partition has no cmdline.txt");
  boot.write("cmdline.txt", withCountry(commandLine, settings.wifi.country));
}
