/** What a first push lays down on a machine, and what has to have happened before an updating program ends. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { restartBoard } from "../../../deploy/cli/trial.ts";
import { fileSource } from "../../../deploy/update/file-source.ts";
import { install } from "../../../deploy/update/install.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { demoWith } from "../demo-board.ts";
import { aKey } from "../release/a-bundle.ts";
import { aBundleOf, temporary } from "./a-place.ts";
import { failureOf } from "./failure-of.ts";

const OPEN = { folder: 0o755, file: 0o644, program: 0o755 };

spec("what is installed can be read by the board's user, whoever's umask was in force", async (t) => {
  const work = temporary(t);
  const key = aKey(work);
  const files = { "bin/holdfast": "#!/bin/sh\n", "board.config.json": "{}\n", "program/cells/a.js": "" };
  const file = await aBundleOf(work, files, {}, key);
  const root = join(temporary(t), "opt");
  mkdirSync(join(root, ".."), { recursive: true });
  const before = process.umask(0o077);
  t.defer(() => process.umask(before));
  const source = await fileSource(file);
  t.defer(() => source.close());
  await install({
    place: { target: "here", via: ["sh", "-c", 'umask 077; eval "$1"'], root },
    ...{ source, where: file, trusted: [key.trusted], start: false, say: () => {} },
  });
  const mode = (path: string) => statSync(join(root, path)).mode & 0o777;
  for (const folder of ["", "a", "a/program/cells", "release-keys"]) is(mode(folder), OPEN.folder, folder);
  for (const name of ["record", "board.config.json", "manifest-a.json"]) is(mode(name), OPEN.file, name);
  for (const name of ["slots", "a/bin/holdfast"]) is(mode(name), OPEN.program, name);
});

spec(
  "a machine that is too old for a release does not get it: that it cannot start would be seen later",
  async (t) => {
    const work = temporary(t);
    const key = aKey(work);
    for (const minimum of [
      { kernel: "5.10", glibc: "9.99" },
      { kernel: "99.1", glibc: "2.17" },
    ]) {
      const file = await aBundleOf(work, { "bin/holdfast": "#!/bin/sh\n" }, { minimum }, key);
      const root = join(temporary(t), "opt");
      const source = await fileSource(file);
      t.defer(() => source.close());
      const error = await install({
        // What a login prints comes first.
        place: { target: "pi@old", via: ["sh", "-c", 'echo "Linux old 64"; eval "$1"'], root },
        ...{ source, where: "x.holdfast", trusted: [key.trusted], start: false, say: () => {} },
      }).then(
        () => new Error("it was installed"),
        (reason: Error) => reason,
      );
      const what = minimum.glibc === "9.99" ? "glibc 9.99" : "kernel 99.1";
      match(
        error.message,
        new RegExp(`^x\\.holdfast needs ${what}, pi@old has \\d.*: update its system first`),
      );
      is(existsSync(root), false);
    }
  },
);

spec(
  "a restart has been ordered when it is said to be: what a service leaves behind is killed",
  async (t) => {
    const file = join(temporary(t), "ordered");
    await restartBoard({ restart: ["/bin/sh", "-c", `sleep 0.2; echo yes >${file}`] });
    is(readFileSync(file, "utf8"), "yes\n");
  },
);

/** A machine for root, whose programs write down how they were called; `systemctl` ends with that code. */
async function rootMachine(t: SpecContext, systemctl: number) {
  const work = temporary(t);
  const [bin, calls] = [join(work, "bin"), join(work, "calls")];
  mkdirSync(bin);
  const program = (text: string) => `#!/bin/sh\n${text}\n`;
  const noted = (name: string) => `echo ${name} "$@" >>${calls}`;
  for (const [name, text] of [
    ["id", '[ "$1" = -u ] && echo 0 || echo root'],
    ["sudo", `${noted("sudo")}; exit 1`],
    ["systemctl", `${noted("systemctl")}; exit ${systemctl}`],
  ] as const)
    writeFileSync(join(bin, name), program(text), { mode: 0o755 });
  const key = aKey(work);
  const files = { "bin/holdfast": program(noted("holdfast")), "board.config.json": "{}\n" };
  const file = await aBundleOf(work, files, {}, key);
  const source = await fileSource(file);
  t.defer(() => source.close());
  const root = join(work, "opt");
  const via = ["sh", "-c", `PATH=${bin}:$PATH; eval "$1"`] as [string, ...string[]];
  const plan = { source, where: file, trusted: [key.trusted], start: true, say: () => {} };
  return {
    ...{ root, installed: install({ place: { target: "here", via, root }, ...plan }) },
    calls: () => readFileSync(calls, "utf8").split("\n").slice(0, -1),
  };
}

spec("root starts what it has installed without sudo, which small systems do not have", async (t) => {
  const { root, installed, calls } = await rootMachine(t, 0);
  await installed;
  equal(calls(), [
    `holdfast service ${root}/board.config.json --slots ${root} --install --user root`,
    "systemctl restart holdfast",
  ]);
});

spec("a machine that does not start what was installed is told of with what helps there", async (t) => {
  const { root, installed } = await rootMachine(t, 5);
  const { message } = await failureOf(installed);
  match(
    message,
    "it is installed and not started (exit code 5): what it said of that stands above. On here: sudo ",
  );
  match(message, `${root}/current/bin/holdfast service ${root}/board.config.json`);
});

spec(
  "a board whose configuration names secrets is installed and not started, with what is to be done",
  async (t) => {
    const work = temporary(t);
    const key = aKey(work);
    const mqtt = { url: "mqtts://broker.local", credentialsFile: "login.json" };
    const files = { "bin/holdfast": "#!/bin/sh\n", "board.config.json": demoWith(["mqtt", mqtt]) };
    const file = await aBundleOf(work, files, {}, key);
    const root = join(temporary(t), "opt");
    const source = await fileSource(file);
    t.defer(() => source.close());
    const place = { target: "here", via: ["sh", "-c", 'eval "$1"'] as [string, ...string[]], root };
    const said: string[] = [];
    const say = (what: string) => void said.push(what);
    const error = await install({
      ...{ place, source, where: file, trusted: [key.trusted], start: true, say },
    }).then(
      () => new Error("it was started"),
      (reason: Error) => reason,
    );
    match(
      error.message,
      "installed and not started: board.config.json names login.json, and a release brings no",
    );
    match(error.message, "then there: sudo ");
    is(existsSync(join(root, "current/bin/holdfast")), true);
    is(said.includes("makes it a service and starts it"), false);
  },
);
