/** `holdfast service`: the units that make a board a service of systemd; prints them, or installs them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatProblems, problemsJson } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { boardUnits, HARDWARE_GROUPS, type ServiceOptions } from "../service/board-units.ts";
import { LEVELS_PATH, LEVELS_SERVICE } from "../service/level-units.ts";
import { RECEIVE_PATH } from "../service/receive-units.ts";
import { slotPrograms } from "../service/slot-programs.ts";
import { CliError, EXIT } from "./exit-code.ts";

export interface ServiceFlags extends Omit<ServiceOptions, "user" | "groups" | "node" | "programs"> {
  readonly json: boolean;
  readonly install: boolean;
  /** Who runs it; default: who asked for it, also behind sudo. */
  readonly user?: string;
  /** Where the file system begins: `/`, or a folder in which an image is made. */
  readonly root: string;
}

/** Throws `CliError` for a board that is emulated, and without the right to install. */
export function service({ json, install, user, root, ...options }: ServiceFlags): void {
  const { config, problems = [], warnings } = loadConfig(options.config);
  if (problems.length > 0 || warnings.length > 0) {
    const found = (json ? problemsJson : formatProblems)(problems, warnings, options.config);
    process.stderr.write(`${found}\n`);
  }
  if (config === undefined) {
    process.exitCode = EXIT.usage;
    return;
  }
  if (config.hardware === "emulated") {
    const help = 'found "hardware": "emulated"; a service needs "linux" (npm start runs an emulated board)';
    throw new CliError(EXIT.usage, `${options.config}: ${help}`);
  }
  const units = boardUnits(config, {
    ...options,
    user: user ?? process.env.SUDO_USER ?? userInfo().username,
    groups: groupsOf(join(root, "etc/group")),
    ...(options.slots === undefined ? ownPrograms() : slotPrograms(options.slots)),
  });
  if (install) for (const { path, text } of units) write(join(root, path), text);
  if (json) process.stdout.write(`${JSON.stringify({ installed: install, units })}\n`);
  else if (install) process.stdout.write(`${units.map(({ path }) => `wrote ${path}`).join("\n")}\n`);
  else process.stdout.write(units.map(({ path, text }) => `# ${path}\n${text}`).join("\n"));
  if (!install) return;
  const enabled = [
    "holdfast.service",
    ...(options.slots === undefined
      ? []
      : ["holdfast-trial.service", RECEIVE_PATH, LEVELS_PATH, LEVELS_SERVICE]),
  ];
  if (root === "/") systemctl("daemon-reload");
  if (root === "/") systemctl("enable", ...enabled);
  if (json) return;
  const watchdog = config.watchdog?.owner === "systemd" ? "; the watchdog counts from the next boot on" : "";
  process.stdout.write(
    `start it with: sudo systemctl start holdfast${watchdog}\nfollow it with: journalctl -fu holdfast\n`,
  );
}

/** Node and the programs that this command is one of. */
function ownPrograms() {
  return { node: process.execPath, programs: fileURLToPath(new URL("../board", import.meta.url)) };
}

/** Those of the hardware groups that there are: systemd refuses a unit that names another. */
function groupsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return HARDWARE_GROUPS.filter((name) => new RegExp(`^${name}:`, "m").test(text));
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "EACCES" && code !== "EROFS") throw error;
    throw new CliError(EXIT.failed, `no right to write ${path}; run it with sudo, or without --install`);
  }
}

function systemctl(...words: string[]): void {
  const { status, stderr, error } = spawnSync("systemctl", words, { encoding: "utf8" });
  if (status === 0) return;
  const why = error?.message ?? stderr.trim();
  throw new CliError(EXIT.failed, `the units are written, but systemctl ${words.join(" ")} failed: ${why}`);
}
