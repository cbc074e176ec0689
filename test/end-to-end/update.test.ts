import { existsSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { sshServer } from "../harness/ssh-server.ts";
import { until } from "../harness/until.ts";
import { bareMachine, says, slotBoard, workFolder } from "./slots.ts";

const LIMIT = { limitMs: 240_000 };
/** Long enough for a board to start on a machine that is shared. */
const SHORT = ["--trial", "3s", "--settle", "90s", "--link", "90s"];

spec(
  "a good release is brought, tried and confirmed; the same again changes nothing",
  async (t) => {
    const { board, record, notice, bundle, push } = await slotBoard(t, workFolder(t));
    await board.inService();
    const release = await bundle("good");
    const { code, text } = await push(release, ...SHORT);
    is(code, 0, text);
    says(text, "0.1.0 is in slot b, read back");
    says(text, "restarts into slot b");
    says(text, "pi@here runs 0.1.0: what was good before is good after");
    equal([record().active, record().confirmed, record().outcome], ["b", true, "confirmed"]);
    // The board's own trial tells it when it has written down that it is so.
    await until("that is told", () => notice()?.state === "confirmed");
    const again = await push(release, ...SHORT);
    is(again.code, 0, again.text);
    says(again.text, "0.1.0 runs there already");
    await board.stop();
  },
  LIMIT,
);

spec(
  "a release that does not take the board's configuration changes nothing",
  async (t) => {
    const { board, record, bundle, push } = await slotBoard(t, workFolder(t));
    await board.inService();
    const { code, text } = await push(await bundle("picky"));
    is(code, 1, text);
    says(text, "the release does not take");
    says(text, "climate: no such driver");
    equal([record().active, record().trying], ["a", undefined]);
    is((await board.health()).ok, true);
    await board.stop();
  },
  LIMIT,
);

spec(
  "one that is offered over the broker comes in parts, sealed for a short trial, is confirmed, and the broker is told",
  async (t) => {
    const { board, record, bundle, offer, key } = await slotBoard(t, workFolder(t));
    await board.inService();
    await board.joinMqtt();
    const release = await bundle("good");
    const unsealed = await offer(release, board.mqttUrl, "--trial", "3s");
    is(unsealed.code, 1, unsealed.text);
    says(unsealed.text, "keys/release.key: there is no such file");
    const { code, text } = await offer(
      release,
      board.mqttUrl,
      "--over",
      "mqtt",
      "--seal",
      key,
      "--trial",
      "8s",
    );
    is(code, 0, text);
    says(text, "greenhouse: trial");
    says(text, "greenhouse: confirmed");
    is(record().active, "b");
    const first = await board.waitForEvent("update", undefined, 0);
    equal([first.state, first.from], ["offered", "mqtt"]);
    await board.waitForSaid(
      "events",
      "the end of it",
      0,
      ({ kind, state }) => kind === "update" && state === "confirmed",
    );
    is(board.events("update").at(-1)?.state, "confirmed");
    await board.waitForLast(
      "status",
      "what it runs",
      ({ update }) => (update as { state?: string } | undefined)?.state === "confirmed",
    );
    await board.mqtt.send(board.topic("update/set"), { url: "ftp://x", release: "latest" });
    match((await board.waitForError("update", 0)).reason, "release: found");
    await board.stop();
  },
  LIMIT,
);

spec(
  "a machine without Holdfast gets it by the first push, and its next release by the second",
  async (t) => {
    const { root, bundle, push, pushFleet } = await bareMachine(t, workFolder(t));
    const first = await push(await bundle(), "--no-start");
    is(first.code, 0, first.text);
    says(first.text, "there is no Holdfast on pi@here: installs it in");
    says(first.text, "pi@here has 0.1.0 and starts it with");
    is(readlinkSync(join(root, "current")), "a");
    is(existsSync(`${root}.new`), false);
    const second = await push(await bundle(), "--stay");
    is(second.code, 0, second.text);
    says(second.text, "0.1.0 is in slot b, read back");
    const fleet = await pushFleet(
      { boards: { greenhouse: "pi@here", nobody: "pi@nowhere" } },
      await bundle(),
      "--stay",
    );
    is(fleet.code, 1, fleet.text);
    says(fleet.text, "greenhouse: done");
    says(fleet.text, "nobody: failed: unreachable");
    says(fleet.text, "1 of 2 boards have 0.1.0 in a slot");
    const other = await push(await bundle(), "--trust", "/nowhere.pub", "--root", join(root, "../other"));
    is(other.code, 2, other.text);
    says(other.text, "there is no /nowhere.pub: --trust names the public key");
  },
  LIMIT,
);

spec(
  "all of that goes over a real sshd as well",
  async (t) => {
    const ssh = await sshServer(t);
    const { root, bundle, push } = await bareMachine(t, workFolder(t), ssh);
    const first = await push(await bundle(), "--no-start");
    is(first.code, 0, first.text);
    is(readlinkSync(join(root, "current")), "a");
    const second = await push(await bundle(), "--stay", "--rate", "10MB");
    is(second.code, 0, second.text);
    says(second.text, "0.1.0 is in slot b, read back");
  },
  LIMIT,
);
