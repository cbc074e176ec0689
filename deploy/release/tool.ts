/** Programs of this machine that a release or an image is made with. */
import { execFile } from "node:child_process";
import { ReleaseError } from "./release-error.ts";

export interface ToolOptions {
  /** Debian's packages that bring it: for who does not have it. */
  readonly packages: readonly string[];
  readonly cwd?: string;
  /** Beside this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const MOST_OUTPUT = 64 * 1024 * 1024;
/** Of what a failed program said. */
const LAST_LINES = 12;

/**
 * Runs a program to its end and resolves to what it printed. Throws `ReleaseError`: `noTool` with the command that installs
 * it, `toolFailed` with the last lines of what it said.
 */
export function runTool(command: string, args: readonly string[], options: ToolOptions): Promise<string> {
  const { packages, cwd, env = {} } = options;
  return new Promise((done, failed) => {
    execFile(
      command,
      args,
      { cwd, env: { ...process.env, ...env }, maxBuffer: MOST_OUTPUT },
      (error, stdout, stderr) => {
        if (error === null) return done(stdout);
        if (error.code === "ENOENT")
          return failed(new ReleaseError("noTool", missing(command, packages), error));
        const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-LAST_LINES).join("\n");
        const how = error.signal ?? `exit code ${error.code}`;
        failed(new ReleaseError("toolFailed", `${[command, ...args].join(" ")}: ${how}\n${said}`, error));
      },
    );
  });
}

/** What is missing and how it is installed on Debian. */
export function missing(what: string, packages: readonly string[]): string {
  return `${what} is not installed; on Debian or Ubuntu: sudo apt-get install ${packages.join(" ")}`;
}
