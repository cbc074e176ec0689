/** Slots as services of Debian's systemd: the units that choose a release, judge it, and receive another, without a board in them. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { is, match, ok } from "uvu/assert";
import { BEFORE_FILE, writeBefore } from "../../deploy/update/before-update.ts";
import { NOTICE_FILE, readNotice } from "../../deploy/update/notice.ts";
import { NO_PICTURE } from "../../deploy/update/picture.ts";
import { SlotFile } from "../../deploy/update/slot-file.ts";
import { SLOT_PROGRAM, SLOT_PROGRAM_TEXT } from "../../deploy/update/slot-program.ts";
import { firstRecord, onTrial, written } from "../../deploy/update/slot-steps.ts";
import { TRIAL_TIMES } from "../../deploy/update/trial.ts";
import { demoWith } from "../deploy/demo-board.ts";
import { cliFile } from "../end-to-end/board.ts";
import { spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";

/** An emulated processor beside other work: what is judged is what happens, not how fast. */
const SEEN_MS = 300_000;
const SLOTS = "/opt/holdfast";
const CONFIG = "/etc/holdfast/slots/board.config.json";
const OFFER = "/var/lib/holdfast/offer.json";
const USER = "nobody";
const [OLD, NEW] = ["aa".repeat(16), "bb".repeat(16)];

const config = demoWith(
  ["hardware", "linux"],
  ["watchdog", { owner: "none" }],
  ["controllers", {}],
  ["buses", {}],
  ["devices", {}],
  [
    "devices.pump",
    { driver: "relay", line: "GPIO17", safe: "off", commandFor: "5m", every: "1s", deadline: "500ms" },
  ],
);

/** In the place of Node: a guardian that only runs; it never has a page, so its trial is lost. */
const GUARDIAN = `#!/bin/sh
case $1 in *guardian-main.js) ;; *) exit 0 ;; esac
trap 'exit 0' TERM
echo "the guardian of $(basename "$(dirname "$(dirname "$(readlink -f "$0")")")") as $(id -un)"
sleep 100000 &
wait
`;

function file(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}

/** What the board has to tell of its updates. */
function notice(): string {
  const { state, reason } = readNotice(readFileSync(join(SLOTS, NOTICE_FILE), "utf8"))!;
  return `${state} ${reason}`;
}

const systemctl = (...words: string[]) => execFileSync("systemctl", words, { encoding: "utf8" }).trim();
/** Waits for it, and leaves the emulated processor to the services in between: each question starts a program. */
const seen = (what: string, condition: () => boolean) =>
  until(what, async () => condition() || quietFor(500), SEEN_MS);
const property = (name: string, unit = "holdfast") => systemctl("show", "--value", "-p", name, unit);
const journal = (unit: string) =>
  execFileSync("journalctl", ["-u", unit, "-o", "cat", "--no-pager"], { encoding: "utf8" });

spec(
  "a release that is lost on trial is gone back from by systemd's services, and an offer is taken by root's",
  async (t) => {
    t.defer(() => {
      for (const unit of ["holdfast", "holdfast-trial", "holdfast-receive.service"])
        console.log(`${unit}:\n${journal(unit).slice(-3000)}`);
    });
    for (const slot of ["a", "b"]) {
      file(join(SLOTS, slot, "bin/node"), GUARDIAN, 0o755);
      const words = `#!/bin/sh\nexec ${process.execPath} ${cliFile} "$@"\n`;
      file(join(SLOTS, slot, "bin/holdfast"), words, 0o755);
    }
    file(join(SLOTS, SLOT_PROGRAM), SLOT_PROGRAM_TEXT, 0o755);
    symlinkSync("a", join(SLOTS, "current"));
    const records = new SlotFile(SLOTS);
    records.write(onTrial(written(firstRecord(OLD), NEW)));
    const times = { ...TRIAL_TIMES, startMs: 5000 };
    writeBefore(join(SLOTS, BEFORE_FILE), { release: NEW, version: "2.0.0", picture: NO_PICTURE, times });
    file(CONFIG, config);
    const install = [cliFile, "service", CONFIG, "--install", "--user", USER, "--slots", SLOTS];
    const { status, stderr } = spawnSync(process.execPath, install, { encoding: "utf8" });
    is(status, 0, stderr);
    const slow = ["[Service]", "Type=exec", "WatchdogSec=0", "TimeoutStartSec=300s", "TimeoutStopSec=120s"];
    file("/etc/systemd/system/holdfast.service.d/slow.conf", `${slow.join("\n")}\n`);
    systemctl("daemon-reload");

    // Not waited for here: on a busy machine systemctl's own patience ends before.
    systemctl("--no-block", "start", "holdfast", "holdfast-receive.path");
    await seen("it is started", () => property("ActiveState") === "active");
    is(readlinkSync(join(SLOTS, "current")), "b");
    is(records.read()?.triesLeft, 2);
    await seen("the board is back in its old slot", () => readlinkSync(join(SLOTS, "current")) === "a");
    const { active, trying, outcome, refused } = records.read()!;
    is(`${active} ${trying} ${outcome} ${refused}`, `a undefined reverted ${NEW}`);
    await seen("the release before tells of it", () => records.read()?.told === true);
    is(property("ActiveState"), "active");
    const said = journal("holdfast");
    ok(said.indexOf(`the guardian of b as ${USER}`) < said.indexOf(`the guardian of a as ${USER}`), said);

    match(notice(), /^reverted /);

    // The board's user may leave an offer, and may not write slots.
    const asUser = (command: string) =>
      spawnSync("setpriv", ["--reuid", USER, "--clear-groups", "sh", "-c", command]).status;
    is(asUser(`[ -w ${SLOTS} ] || [ -w ${SLOTS}/record ]`), 1);
    const offer = JSON.stringify({ url: "http://127.0.0.1:9/x", release: NEW });
    is(asUser(`echo '${offer}' >${OFFER}`), 0);
    await seen("it is taken", () => !existsSync(OFFER));
    await seen(
      "it came to nothing: nobody is there",
      () => property("ActiveState", "holdfast-receive.service") === "failed",
    );
    match(journal("holdfast-receive.service"), "127.0.0.1:9/x does not answer");
    is(property("ActiveState", "holdfast-receive.path"), "active", "the next one is waited for");
    match(notice(), /^failed .*127\.0\.0\.1:9\/x does not answer/);
  },
  { limitMs: 60_000 },
);
