/** Packages of Debian for arm64: fetched and checked by apt, unpacked, and not installed. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ImageError } from "./image-error.ts";
import { runTool } from "./run-tool.ts";

/** The release whose packages go into an image, and who signs it. */
const SUITE = "bookworm";
const KEY = "/usr/share/keyrings/debian-archive-keyring.gpg";
const MIRROR = "http://deb.debian.org";
/** The firmware of the Pi and of its radio is not free software. */
const COMPONENTS = "main non-free-firmware";

/** Packages, unpacked into one tree. */
export interface DebianTree {
  readonly root: string;
  /** `6.1.0-56-arm64`. */
  readonly kernel: string;
  /** Each file name as apt had it, with its version. */
  readonly packages: readonly string[];
}

/** Where an image's parts are kept between builds (XDG base directory specification 0.8). */
export function imageCache(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME;
  const folder = base !== undefined && base !== "" ? base : join(homedir(), ".cache");
  return join(folder, "holdfast", "image");
}

/**
 * The kernel and the named packages, from `folder` when they are all there, else from Debian (about 90 MB). `fresh` asks Debian
 * again. `step` hears what is being done. Throws `ImageError`: "noPackage" without Debian's key or a package of this name,
 * `ReleaseError` with apt's words.
 */
export async function debianTree(
  folder: string,
  names: readonly string[],
  { fresh = false, step }: { readonly fresh?: boolean; readonly step: (what: string) => void },
): Promise<DebianTree> {
  const note = join(folder, "debian.json");
  const kept = existsSync(note) && !fresh ? (JSON.parse(readFileSync(note, "utf8")) as Kept) : undefined;
  if (kept !== undefined && names.every((name) => kept.names.includes(name))) return kept.tree;
  if (!existsSync(KEY)) {
    throw new ImageError(
      "noPackage",
      `${KEY} is not there, so nothing from Debian can be checked: sudo apt install debian-archive-keyring`,
    );
  }
  const wanted = [...new Set([...(kept?.names ?? []), ...names])];
  step(`fetching ${wanted.length} packages and the kernel for arm64 from Debian ${SUITE}`);
  const half = join(folder, `debian-${process.pid}`);
  rmSync(half, { recursive: true, force: true });
  const tree = await fetched(half, join(folder, "debian"), wanted);
  rmSync(join(folder, "debian"), { recursive: true, force: true });
  renameSync(half, join(folder, "debian"));
  writeFileSync(`${note}.half`, JSON.stringify({ names: wanted, tree } satisfies Kept));
  renameSync(`${note}.half`, note);
  return tree;
}

interface Kept {
  readonly names: readonly string[];
  readonly tree: DebianTree;
}

async function fetched(half: string, whole: string, names: readonly string[]): Promise<DebianTree> {
  const apt = new PrivateApt(join(half, "apt"));
  await apt.update();
  const depends = await apt.cache("depends", "linux-image-arm64");
  const [, kernel] = /Depends: linux-image-(\S+)/.exec(depends) ?? [];
  if (kernel === undefined)
    throw new ImageError("noPackage", `Debian ${SUITE} has no linux-image-arm64: try again later`);
  await apt.download([`linux-image-${kernel}`, ...names]);
  const packages = readdirSync(apt.packages).sort();
  for (const file of packages)
    await runTool("dpkg-deb", ["-x", join(apt.packages, file), join(half, "root")]);
  rmSync(join(half, "apt"), { recursive: true });
  return { root: join(whole, "root"), kernel, packages };
}

/** apt with sources, lists and an architecture of its own: this machine's apt stays as it is, and no root is needed. */
class PrivateApt {
  readonly packages: string;
  readonly #options: readonly string[];

  constructor(folder: string) {
    this.packages = join(folder, "packages");
    for (const name of ["lists/partial", "cache/archives/partial", "packages"])
      mkdirSync(join(folder, name), { recursive: true });
    const sources = join(folder, "sources.list");
    const suites = [
      `${MIRROR}/debian ${SUITE}`,
      `${MIRROR}/debian ${SUITE}-updates`,
      `${MIRROR}/debian-security ${SUITE}-security`,
    ];
    writeFileSync(
      sources,
      suites.map((suite) => `deb [arch=arm64 signed-by=${KEY}] ${suite} ${COMPONENTS}\n`).join(""),
    );
    const settings = {
      "APT::Architecture": "arm64",
      "APT::Architectures": "arm64",
      "APT::Sandbox::User": "",
      "Acquire::Languages": "none",
      "Dir::State::lists": join(folder, "lists"),
      "Dir::State::status": "/dev/null",
      "Dir::Cache": join(folder, "cache"),
      "Dir::Etc::sourcelist": sources,
      "Dir::Etc::sourceparts": "-",
    };
    this.#options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  }

  update(): Promise<string> {
    return runTool("apt-get", [...this.#options, "-qq", "update"]);
  }

  cache(...words: readonly string[]): Promise<string> {
    return runTool("apt-cache", [...this.#options, ...words]);
  }

  download(names: readonly string[]): Promise<string> {
    return runTool("apt-get", [...this.#options, "-qq", "download", ...names], { cwd: this.packages });
  }
}
