import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, command } from "../guest/command.ts";
import { cacheFolder } from "../guest/kernel-parts.ts";

/** A QEMU that plays a Raspberry Pi 3. */
export interface PiQemu {
  readonly program: string;
  /** Where it finds its own files. */
  readonly args: readonly string[];
  /** Whether its I2C buses work; why not. */
  readonly noI2c?: string;
}

const PROGRAM = "qemu-system-aarch64";
/** The first whose bcm2835 has I2C controllers. */
const I2C_SINCE = 9;
/** Debian 12 has 7.2, its backports 10.0. */
const PACKAGES = ["qemu-system-arm", "qemu-system-data"];
const KEY = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * The QEMU that is installed, if its I2C works; else the one of Debian 12's backports, which is fetched once (12 MB), kept in
 * the user's cache folder and not installed; else the installed one. `step` hears what is being done.
 */
export function piQemu(step: (what: string) => void): PiQemu {
  const version = qemuVersion(command(PROGRAM, ["--version"]).toString());
  if (version >= I2C_SINCE) return { program: PROGRAM, args: [] };
  const folder = join(cacheFolder(), "pi-qemu");
  const root = join(folder, "root");
  try {
    if (!existsSync(join(folder, "whole"))) {
      step("downloading QEMU from Debian's backports");
      fetchBackport(folder, root);
    }
    const program = join(root, "usr/bin", PROGRAM);
    command(program, ["--version"]); // libraries that this machine may lack
    return { program, args: ["-L", join(root, "usr/share/qemu")] };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const noI2c = `QEMU ${version} has no I2C on a Raspberry Pi (${I2C_SINCE} and later have), and that of Debian's backports cannot be had: ${error.message}`;
    return { program: PROGRAM, args: [], noI2c };
  }
}

/** The major version in what `--version` prints; 0 when there is none. */
export function qemuVersion(text: string): number {
  return Number(/version (\d+)\./.exec(text)?.[1] ?? 0);
}

/** apt with lists of its own: this machine's sources stay as they are. */
function fetchBackport(folder: string, root: string): void {
  rmSync(folder, { recursive: true, force: true });
  const apt = join(folder, "apt");
  for (const name of ["lists/partial", "cache/archives/partial", "packages"]) {
    mkdirSync(join(apt, name), { recursive: true });
  }
  const sources = join(apt, "sources.list");
  writeFileSync(sources, `deb [signed-by=${KEY}] http://deb.debian.org/debian bookworm-backports main\n`);
  const options = [
    ...["-o", `Dir::State::lists=${join(apt, "lists")}`, "-o", `Dir::Cache=${join(apt, "cache")}`],
    ...["-o", `Dir::Etc::sourcelist=${sources}`, "-o", "Dir::Etc::sourceparts=-"],
  ];
  const packages = join(apt, "packages");
  command("apt-get", [...options, "-qq", "update"]);
  command("apt-get", [...options, "-qq", "-t", "bookworm-backports", "download", ...PACKAGES], {
    cwd: packages,
  });
  for (const file of readdirSync(packages)) command("dpkg-deb", ["-x", join(packages, file), root]);
  rmSync(apt, { recursive: true });
  mkdirSync(join(folder, "whole"));
}
