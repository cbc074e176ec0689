/** Programs of the system that an image is made with: what each is in, and how they are run. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
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
  "aarch64-linux-gnu-gcc": ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
  openssl: ["openssl"],
} as const;

export type Tool = keyof typeof TOOL_PACKAGES;

/** mke2fs and debugfs are where a user's shell may not look. */
const PATH = [process.env.PATH ?? "", "/usr/sbin", "/sbin"].join(delimiter);

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
    env: { PATH, LC_ALL: "C", ...env },
    ...(cwd !== undefined && { cwd }),
  });
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not for this user
  }
}
