/** What a manifest says of an application beside its files. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardConfig } from "../config/board-schema.ts";
import { safeElectrical } from "../config/output-policy.ts";
import { devicePlans } from "../config/plan.ts";
import type { Application } from "./application.ts";
import { FORMAT, type Manifest, type ManifestOutput } from "./manifest.ts";
import { describeFiles } from "./packed-files.ts";
import { TARGETS } from "./target.ts";

/** Of the character device's second interface (firmware/README.md). */
const KERNEL_OF_LINES = "5.10";
/** What `boardSchema` takes. */
const CONFIGURATIONS = [1];
/** Node 20 asks for it (BUILDING.md, supported platforms). */
const KERNEL_OF_NODE = "4.18";

/** Everything of the manifest but its payloads. `root`: the checkout. */
export async function aboutRelease(
  { folder, target, version, createdS, config }: Application,
  { root, anyBoard }: { readonly root: string; readonly anyBoard: boolean },
): Promise<Omit<Manifest, "payloads">> {
  const ofLines = config.hardware === "linux" && config.backend !== "sysfs";
  return {
    format: FORMAT,
    board: anyBoard ? "any" : config.board.id,
    version,
    revision: revision(root),
    created: new Date(createdS * 1000).toISOString().replace(".000Z", "Z"),
    target,
    node: TARGETS[target].node.version,
    minimum: {
      kernel: ofLines ? KERNEL_OF_LINES : KERNEL_OF_NODE,
      glibc: await oldestGlibc(folder),
    },
    configurations: CONFIGURATIONS,
    outputs: manifestOutputs(config),
  };
}

/** The outputs of a configuration, by line. */
export function manifestOutputs(config: BoardConfig): ManifestOutput[] {
  return devicePlans(config)
    .flatMap(({ id, output }) => {
      if (output === undefined) return [];
      const { line, safe, onCrash } = output;
      return [{ device: id, line, safe, level: safeElectrical(output), onCrash }];
    })
    .sort((a, b) => (a.line < b.line ? -1 : 1));
}

/** The newest version that any program or addon asks of glibc, as the linker wrote it into them. */
async function oldestGlibc(folder: string): Promise<string> {
  const files = await describeFiles(folder);
  const minors = files
    .filter(({ path }) => path.endsWith(".node") || path === "bin/node")
    .map(({ path }) => newestGlibc(readFileSync(join(folder, path))));
  return `2.${Math.max(...minors)}`;
}

/** Of `GLIBC_2.x` in a file the largest x; 0 where there is none. */
export function newestGlibc(program: Buffer): number {
  let newest = 0;
  for (let at = program.indexOf(WORD); at !== -1; at = program.indexOf(WORD, at + WORD.length)) {
    const minor = Number.parseInt(program.toString("latin1", at + WORD.length, at + WORD.length + 3), 10);
    if (minor > newest) newest = minor;
  }
  return newest;
}

const WORD = "GLIBC_2.";

function revision(root: string): string | null {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const commit = git("rev-parse", "--short=12", "HEAD");
    return git("status", "--porcelain", "--untracked-files=no") === "" ? commit : `${commit}-changed`;
  } catch {
    return null; // no git, or none of its checkouts
  }
}
