import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { platform } from "node:os";
import { fileURLToPath } from "node:url";
import { equal, is } from "uvu/assert";
import { type SpecContext, spec } from "../harness/spec.ts";

const PROGRAM = fileURLToPath(new URL("./ended-main.js", import.meta.url));
const LIMIT = { limitMs: 20_000 };
/** More than any pipe takes at once. */
const MUCH = 3_000_000;

/** Both its outputs are read when it has had the time to fill the pipe. */
async function ended(t: SpecContext, ...words: string[]) {
  if (platform() !== "linux") t.skip("only Linux has a _exit that is asked for here");
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, ...words], { stdio: "pipe" });
  t.defer(() => child.kill("SIGKILL"));
  const said = { out: 0, err: "" };
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  await once(child.stdout!, "readable");
  child.stdout!.on("data", (data: Buffer) => {
    said.out += data.length;
  });
  const [code, signal] = await once(child, "close");
  return { code, signal, ...said };
}

for (const how of ["itself", "when it is done"])
  spec(
    `a process that ends ${how} waits for no thread, keeps its exit code and says all`,
    async (t) => {
      const { code, signal, out, err } = await ended(t, how, String(MUCH));
      equal(
        { code, signal, out, err },
        { code: 3, signal: null, out: MUCH, err: "gave the terminal back\n" },
      );
    },
    LIMIT,
  );

spec(
  "output that is shared with others is as it came, for who writes to it next",
  (t) => {
    if (platform() !== "linux") t.skip("flags of open files are told by /proc");
    const flags = 'sed -n "s/^flags:[[:space:]]*//p" /proc/self/fdinfo/1';
    const script = `${flags}; '${process.execPath}' '${PROGRAM}' itself 10 2>/dev/null; echo; ${flags}`;
    const { stdout } = spawnSync("sh", ["-c", `(${script}) | cat`], { encoding: "utf8" });
    const [before, text, after] = stdout.split("\n");
    is(text, "x".repeat(10));
    is(after, before);
  },
  LIMIT,
);
