import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { patient } from "../deploy/demo-board.ts";
import { fakeSsh } from "../harness/fake-ssh.ts";
import { realSshd } from "../harness/real-sshd.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { cliFile, startBoard } from "./board.ts";
import { holdfast, start } from "./command-line.ts";
import { DEVICES } from "./greenhouse.ts";
import { manualBoard } from "./manual-board.ts";

const LIMIT = { limitMs: 120_000 };

function work(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-operate-"));
  t.defer(() => rmSync(folder, { recursive: true, maxRetries: 3 }));
  return folder;
}

spec(
  "a machine is restarted when outputs are safe; else it is asked for, or --now says it",
  async (t) => {
    const config = manualBoard(...patient([...DEVICES, "hold"], []));
    const [board, folder] = [await startBoard(t, { config }), work(t)];
    const done = join(folder, "restarted");
    const environment = {
      HOLDFAST_REBOOT: `echo once >>${done}`,
      HOLDFAST_CONFIG: join(folder, "board.config.json"),
      HOLDFAST_HTTP_PORT: String(board.httpPort),
    };
    writeFileSync(environment.HOLDFAST_CONFIG, config);
    const times = () => (existsSync(done) ? readFileSync(done, "utf8").length / 5 : 0);
    const answered = async (input: string, ...words: string[]) => {
      const { code, out, err } = await start(t, ["reboot", ...words], environment, input).ended;
      return { code, out, err, times: times() };
    };
    await board.command("pump", { on: true, for: "5m" });
    await board.waitForLast("pump/on", "is on", ({ value }) => value === true);
    for (const nothing of ["", "n\n"]) {
      const refused = await answered(nothing);
      equal([refused.code, refused.times], [3, 0]);
      match(refused.err, "pump is on\noutputs go to their safe levels. Restart all the same? [y/N]");
      match(refused.err, "not restarted: pump is on. Have outputs go safe first");
    }
    const yes = await answered("y\n");
    equal([yes.code, yes.out, yes.times], [0, "the machine starts again, although pump is on\n", 1]);
    const now = await answered("", "--now", "--json");
    equal([now.code, JSON.parse(now.out), now.times], [0, { restarting: { drops: ["pump is on"] } }, 2]);
    await board.command("pump", { on: false });
    await board.waitForLast("pump/on", "is off", ({ value }) => value === false);
    const { env, root } = fakeSsh(t, { target: "greenhouse.local", cli: cliFile, environment });
    const there = await holdfast(t, ["reboot", "greenhouse", "--root", root], env);
    equal([there.code, there.out], [0, "the machine starts again: every output is safe\n"], there.err);
    is(times(), 3);
    await board.stop();
    const silent = await answered("");
    is(silent.code, 3);
    match(silent.err, "the board does not answer, so nobody knows its outputs");
  },
  LIMIT,
);

spec(
  "a command that does not restart the machine is an error",
  async (t) => {
    const config = join(work(t), "board.config.json");
    writeFileSync(config, manualBoard());
    const environment = { HOLDFAST_REBOOT: "exit 7", HOLDFAST_CONFIG: config, HOLDFAST_HTTP_PORT: "1" };
    const { code, err } = await holdfast(t, ["reboot", "--now"], environment);
    is(code, 1);
    match(err, "/bin/sh ended with 7: it may need root (sudo holdfast reboot)");
  },
  LIMIT,
);

spec(
  "a shell is opened with a terminal, by the board's name; nobody there is an error that helps",
  async (t) => {
    const { env, calls } = fakeSsh(t, { target: "greenhouse.local", cli: cliFile });
    is((await holdfast(t, ["shell", "greenhouse"], env)).code, 0);
    const unknown = await holdfast(t, ["shell", "pi@192.168.1.7"], env);
    is(unknown.code, 4);
    match(unknown.err, "ssh did not reach pi@192.168.1.7");
    equal(calls(), ["-t greenhouse.local", "-t pi@192.168.1.7"]);
    const none = await holdfast(t, ["shell", "greenhouse", "--via", "no-such-program"], env);
    is(none.code, 4);
    match(none.err, "no-such-program cannot be started");
  },
  LIMIT,
);

/** Stands where journalctl stands: says `text`, notes its words, gives a hint, goes on for ever when it is to follow. */
function fakeJournal(t: SpecContext, text: string, hint = "", hintAfterS = 0) {
  const folder = work(t);
  const [bin, said, asked] = ["bin", "said", "asked"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(bin);
  writeFileSync(said, text);
  const program = join(bin, "journalctl");
  writeFileSync(
    program,
    `#!/bin/sh\necho "$*" >'${asked}'\ncat '${said}'\nsleep ${hintAfterS}\necho '${hint}' >&2\ncase "$*" in *--follow*) exec sleep 60 ;; esac\n`,
  );
  chmodSync(program, 0o755);
  return { env: { PATH: `${bin}:${process.env.PATH}` }, asked: () => readFileSync(asked, "utf8") };
}

const DEAD = JSON.stringify({
  __REALTIME_TIMESTAMP: "1795662312000000",
  _SYSTEMD_UNIT: "holdfast.service",
  MESSAGE: '{"runtimeDead":{"seenUs":12,"by":"exit"}}',
});
const SHOWN = "2026-11-26 03:05:12Z  guardian: the runtime is dead (seen by exit): outputs to their policy\n";

spec(
  "a board's log is read from the journal, here and over ssh, and followed",
  async (t) => {
    const { env, asked } = fakeJournal(t, `${DEAD}\n`);
    const here = await holdfast(t, ["logs", "--lines", "7", "--since", "2026-11-26T03:00Z"], env);
    equal([here.code, here.out], [0, SHOWN], here.err);
    match(asked(), /--lines 7 .*--unit holdfast\.service .*--since @1795662000$/m);
    const ssh = fakeSsh(t, { target: "pi@greenhouse.local", cli: cliFile, environment: env });
    const there = await holdfast(t, ["logs", "pi@greenhouse.local", "--root", ssh.root, "--json"], ssh.env);
    equal(JSON.parse(there.out).from, "holdfast", there.err);
    const following = start(t, ["logs", "-f"], env);
    await until("the first line is shown", () => following.out() === SHOWN, 20_000);
    is(following.child.exitCode, null, "it goes on");
  },
  LIMIT,
);

spec(
  "a journal that this user may not read is an error that says how",
  async (t) => {
    const hint = "Hint: You are currently not seeing messages from other users and the system.";
    const { env } = fakeJournal(t, "", hint);
    const { code, err } = await holdfast(t, ["logs"], env);
    is(code, 1);
    match(err, "sudo usermod -a -G systemd-journal $USER");
    const following = start(t, ["logs", "-f"], env);
    await until("it is said, too, to who follows", () => following.err().includes("sudo usermod"), 20_000);
    match(following.err(), "New lines are shown as they come");
    is(following.child.exitCode, null, "it goes on");
    const late = start(t, ["logs", "-f"], fakeJournal(t, "", hint, 3).env);
    await until(
      "also by a journal that is slow to say it",
      () => late.err().includes("sudo usermod"),
      20_000,
    );
    match(late.err(), "has no line of a board in that time");
  },
  LIMIT,
);

spec(
  "over a real ssh server logs are read, and a key that it does not know is an error that helps",
  async (t) => {
    const { target, via } = await realSshd(t);
    const { env } = fakeJournal(t, `${DEAD}\n`);
    const { root } = fakeSsh(t, { target, cli: cliFile, environment: env });
    const logs = await holdfast(t, ["logs", target, "--via", via, "--root", root]);
    equal([logs.code, logs.out], [0, SHOWN], logs.err);
    const stranger = via.replace(/ -i \S+/, " -i /nowhere -o IdentitiesOnly=yes");
    const refused = await holdfast(t, ["logs", target, "--via", stranger, "--root", root]);
    is(refused.code, 4);
    match(refused.err, "Permission denied (publickey");
    match(refused.err, `put your key there with ssh-copy-id ${target}`);
  },
  LIMIT,
);
