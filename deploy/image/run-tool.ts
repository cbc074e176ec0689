/** Programs of the system that images are made and changed with: what each is in, and how they are run. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { ReleaseError } from "../release/release-error.ts";
import { missing, runTool as run, type ToolOptions } from "../release/tool.ts";
import { ImageError } from "./image-error.ts";

/** Debian's (and Ubuntu's) packages of each program. */
const TOOL_PACKAGES = {
  "apt-get": ["apt"],
  "apt-cache": ["apt"],
  "dpkg-deb": ["dpkg"],
  mformat: ["mtools"],
  mcopy: ["mtools"],
  mksquashfs: ["squashfs-tools"],
  mke2fs: ["e2fsprogs"],
  debugfs: ["e2fsprogs"],
  dumpe2fs: ["e2fsprogs"],
  e2fsck: ["e2fsprogs"],
  resize2fs: ["e2fsprogs"],
  "aarch64-linux-gnu-gcc": ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
  tar: ["tar"],
} as const;

export type Tool = keyof typeof TOOL_PACKAGES;

/** Those of e2fsprogs are where a user's shell may not look; macOS has them and mtools from Homebrew. */
const PATH = [process.env.PATH ?? "", "/usr/sbin", "/sbin"].join(delimiter);
/** mtools judges the FAT by the rules of DOS else, and refuses some sizes; tar of macOS packs a second file beside each. */
const ENVIRONMENT = { PATH, LC_ALL: "C", MTOOLS_SKIP_CHECK: "1", COPYFILE_DISABLE: "1" };
const MOST_OUTPUT = 64 << 20;
/** Of what a failed program said. */
const LAST_LINES = 4;

/** Throws `ImageError` ("noTool") that names all that are missing, and the command that installs them. */
export function needTools(tools: readonly Tool[], path = PATH): void {
  const absent = tools.filter((tool) => !path.split(delimiter).some((place) => mayRun(join(place, tool))));
  if (absent.length === 0) return;
  const packages = [...new Set(absent.flatMap((tool) => TOOL_PACKAGES[tool]))];
  throw new ImageError("noTool", missing(absent.join(", "), packages));
}

/** Runs a program to its end and resolves to what it printed. Throws `ReleaseError`: "noTool", "toolFailed". */
export function runTool(
  tool: Tool,
  args: readonly string[],
  { cwd, env = {} }: Pick<ToolOptions, "cwd" | "env"> = {},
): Promise<string> {
  return run(tool, args, {
    packages: TOOL_PACKAGES[tool],
    env: { ...ENVIRONMENT, ...env },
    ...(cwd !== undefined && { cwd }),
  });
}

export interface Said {
  readonly out: Buffer;
  readonly err: string;
  readonly status: number;
}

/**
 * The same at once, for programs whose other exit codes say something, too. Throws `ReleaseError`: "noTool", or "toolFailed" for a code that is
 * not among `codes`.
 */
export function runToolNow(
  tool: Tool,
  args: readonly string[],
  { codes = [0], input = "" }: { readonly codes?: readonly number[]; readonly input?: string } = {},
): Said {
  const { status, signal, stdout, stderr, error } = spawnSync(tool, args, {
    input,
    maxBuffer: MOST_OUTPUT,
    env: { ...process.env, ...ENVIRONMENT },
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
    throw new ReleaseError("noTool", missing(tool, TOOL_PACKAGES[tool]), error);
  const err = stderr?.toString("utf8") ?? "";
  if (status !== null && codes.includes(status)) return { out: stdout, err, status };
  const why = error?.message ?? err.trim().split("\n").slice(-LAST_LINES).join(" / ");
  const how = signal ?? `code ${status}`;
  throw new ReleaseError("toolFailed", `${[tool, ...args].join(" ")}: ${how}: ${why}`, error);
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not for this user
  }
}
