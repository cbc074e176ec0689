/** Nothing is installed or built under a board that runs: the project's own set-up files in a folder of their own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is, match } from "uvu/assert";
import { repository } from "../../end-to-end/board.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";

/** A clone in which everything is still to do. */
function clone(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-clone-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  for (const name of ["prepare", "alone", "in-use"])
    cpSync(join(repository, `deploy/setup/${name}.mjs`), join(folder, `deploy/setup/${name}.mjs`));
  for (const name of ["runtime", "firmware", "devices", "test"]) mkdirSync(join(folder, name));
  // npm refuses this at once: no test waits for a registry.
  for (const name of ["package-lock.json", "package.json", "tsconfig.json"])
    writeFileSync(join(folder, name), "none");
  return folder;
}

function node(folder: string, code: string): { status: number | null; stderr: string } {
  const args = ["--input-type=module", "-e", code];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return { status, stderr };
}

function board(t: SpecContext, folder: string): ChildProcess {
  const code =
    'import { markInUse } from "./deploy/setup/in-use.mjs"; markInUse("."); setInterval(() => {}, 1000);';
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    cwd: folder,
    stdio: "ignore",
  });
  t.defer(() => child.kill("SIGKILL"));
  return child;
}

const prepares = (options: string) =>
  `import { prepare } from "./deploy/setup/prepare.mjs"; await prepare(${options}); process.exit(7);`;

spec(
  "under a board that runs nothing is built: who can goes on with what is there, others end",
  async (t) => {
    const folder = clone(t);
    const { pid } = board(t, folder);
    await until("its mark", () => existsSync(join(folder, "dist/.boards", String(pid))));
    const without = node(folder, prepares(""));
    is(without.status, 1);
    match(without.stderr, `a board runs from this folder (pid ${pid})`);
    match(without.stderr, "stop it first");
    const on = node(folder, prepares("{ goesOn: true }"));
    is(on.status, 7);
    match(on.stderr, "until it is stopped");
    is(existsSync(join(folder, "node_modules")), false);
  },
);

spec("a board that was killed is in nobody's way", async (t) => {
  const folder = clone(t);
  const child = board(t, folder);
  const mark = join(folder, "dist/.boards", String(child.pid));
  await until("its mark", () => existsSync(mark));
  child.kill("SIGKILL");
  await until("its end", () => child.signalCode !== null);
  match(node(folder, prepares("")).stderr, /installing packages|npm ci/);
  is(existsSync(mark), false);
  // The kernel gave its number to another process.
  writeFileSync(join(folder, "dist/.boards", String(process.pid)), "1");
  match(node(folder, prepares("")).stderr, /installing packages|npm ci/);
});
