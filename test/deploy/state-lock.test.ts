import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { is, match, ok } from "uvu/assert";
import { LOCK_FILE, lockState, StateTaken } from "../../deploy/board/state-lock.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { aFolder } from "./keys/a-folder.ts";

const me = { pid: process.pid, as: "holdfast run", config: "/home/pi/board.config.json" };
const module = fileURLToPath(new URL("../../deploy/board/state-lock.js", import.meta.url));

async function refusal(folder: string, board = "greenhouse"): Promise<string> {
  const error = await lockState(folder, board, me).then(
    () => undefined,
    (error: unknown) => error,
  );
  ok(error instanceof StateTaken, String(error));
  return (error as StateTaken).message;
}

/** Another process that holds it. */
async function holder(t: SpecContext, folder: string) {
  const program = `
    const { lockState } = await import(${JSON.stringify(module)});
    await lockState(${JSON.stringify(folder)}, "greenhouse", { pid: process.pid, as: "the service", config: "/etc/b.json" });
    console.log("held");
    process.stdin.resume();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.defer(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

spec(
  "a second board in a state folder is refused with who is there, whatever way it writes the folder",
  async (t) => {
    const folder = aFolder(t);
    const state = join(folder, "state");
    mkdirSync(state);
    const release = await lockState(state, "greenhouse", me);
    t.defer(release);
    symlinkSync(state, join(folder, "link"));
    for (const way of [state, `${folder}/../${folder.split("/").at(-1)}/state/`, join(folder, "link")])
      match(
        await refusal(way),
        `holdfast run (process ${process.pid}, /home/pi/board.config.json) works in ${way}`,
      );
    match(
      await refusal(state),
      "end it first, or give this one a folder of its own (--state, HOLDFAST_STATE)",
    );
  },
);

spec("another board may live in the same folder, and the same one in another", async (t) => {
  const folder = aFolder(t);
  for (const [state, board] of [
    [folder, "greenhouse"],
    [folder, "pump-house"],
    [join(folder, "other"), "greenhouse"],
  ] as const)
    t.defer(await lockState(state, board, me));
});

spec("it ends when it is given back", async (t) => {
  const folder = aFolder(t);
  (await lockState(folder, "greenhouse", me))();
  t.defer(await lockState(folder, "greenhouse", me));
});

spec("it ends with its holder, and one that hangs holds it as well", async (t) => {
  const folder = aFolder(t);
  const child = await holder(t, folder);
  match(await refusal(folder), `the service (process ${child.pid}, /etc/b.json)`);
  child.kill("SIGSTOP");
  match(await refusal(folder), `the service (process ${child.pid}, /etc/b.json)`);
  child.kill("SIGKILL");
  await once(child, "exit");
  t.defer(await lockState(folder, "greenhouse", me));
  is(child.signalCode, "SIGKILL");
});

spec("who may not write the folder cannot take it from the board, nor see what would tell how", async (t) => {
  const folder = aFolder(t);
  t.defer(await lockState(folder, "greenhouse", me));
  is(statSync(join(folder, "greenhouse", LOCK_FILE)).mode & 0o777, 0o600);
  ok(!readFileSync("/proc/net/unix", "latin1").includes("holdfast-state"), "no name that anybody may take");
});

spec("root leaves the lock to whom the folder is, and a file of another account is said", async (t) => {
  if (process.getuid?.() !== 0) t.skip("only root can make files of others");
  const folder = aFolder(t);
  const file = join(folder, "greenhouse", LOCK_FILE);
  mkdirSync(join(folder, "greenhouse"));
  chownSync(join(folder, "greenhouse"), 65_534, 65_534);
  (await lockState(folder, "greenhouse", me))();
  is(statSync(file).uid, 65_534);
  chownSync(file, 1, 1);
  chmodSync(folder, 0o755);
  const program = `
    process.setgid(65534); process.setuid(65534);
    const { lockState } = await import(${JSON.stringify(module)});
    await lockState(${JSON.stringify(folder)}, "greenhouse", {}).catch(({ message }) => console.log(message));`;
  const other = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.defer(() => other.kill("SIGKILL"));
  const [said] = await once(other.stdout, "data");
  match(String(said), `${file} belongs to another account`);
});

spec("a folder that takes no files has nothing to keep apart", async (t) => {
  const folder = join(aFolder(t), "state");
  writeFileSync(folder, "no folder");
  (await lockState(folder, "greenhouse", me))();
});
