/** What the board's receiver makes of an offer that was left for it: the seal before anything is fetched. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { equal, is, match } from "uvu/assert";
import type { SigningKey } from "../../../deploy/release/release-key.ts";
import { NOTICE_FILE, readNotice } from "../../../deploy/update/notice.ts";
import { sealOffer } from "../../../deploy/update/offer-seal.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { demoFile } from "../demo-board.ts";
import { aKey } from "../release/a-bundle.ts";
import { aPlace, temporary } from "./a-place.ts";

const cliFile = fileURLToPath(new URL("../../../deploy/cli/main.js", import.meta.url));
const OFFER = { url: "http://127.0.0.1:9/x.holdfast", release: "ab".repeat(16), downgrade: true };
const LIMIT = { limitMs: 60_000 };

/** `holdfast receive --offered` on a board that trusts `key`; with what it wrote down. */
async function received(t: SpecContext, key: SigningKey, payload: string) {
  const { folder } = aPlace(temporary(t));
  mkdirSync(join(folder, "release-keys"));
  writeFileSync(join(folder, "release-keys", "release.pub"), key.trusted.pem);
  const file = join(folder, "offered.json");
  writeFileSync(file, payload);
  const words = ["receive", "--offered", file, "--slots", folder, "--config", demoFile];
  const child = spawn(process.execPath, [cliFile, ...words], { stdio: ["ignore", "ignore", "pipe"] });
  t.defer(() => child.kill("SIGKILL"));
  let err = "";
  child.stderr.on("data", (data: Buffer) => {
    err += data.toString();
  });
  const code = await new Promise((done) => child.once("close", done));
  const noticeFile = join(folder, NOTICE_FILE);
  const notice = existsSync(noticeFile) ? readNotice(readFileSync(noticeFile, "utf8")) : undefined;
  return { code, err, notice, isTaken: !existsSync(file) };
}

spec(
  "an offer that a stranger has sealed is refused before anything is fetched, and that is told",
  async (t) => {
    const [own, stranger] = [aKey(temporary(t)), aKey(temporary(t))];
    const payload = sealOffer(OFFER, { board: "greenhouse", nonce: "1" }, stranger);
    const { code, err, notice, isTaken } = await received(t, own, payload);
    is(code, 3, err);
    match(err, `sealed by ${stranger.trusted.id}, trusted here: ${own.trusted.id}`);
    equal([notice?.state, notice?.release], ["refused", OFFER.release]);
    is(isTaken, true);
  },
  LIMIT,
);

spec(
  "one that is sealed for another board is refused; its own is fetched, and why that fails is told",
  async (t) => {
    const key = aKey(temporary(t));
    const sealed = (board: string) => received(t, key, sealOffer(OFFER, { board, nonce: "1" }, key));
    const other = await sealed("pump-house");
    is(other.code, 3, other.err);
    match(other.err, "sealed for the board pump-house, this is greenhouse");
    const own = await sealed("greenhouse");
    is(own.code, 1, own.err);
    match(own.err, "http://127.0.0.1:9/x.holdfast does not answer");
    equal([own.notice?.state, own.notice?.code], ["failed", "unreachable"]);
  },
  LIMIT,
);

spec(
  "what was left unsealed allows nothing, whoever left it",
  async (t) => {
    const { code, err, notice, isTaken } = await received(t, aKey(temporary(t)), JSON.stringify(OFFER));
    is(code, 2, err);
    match(err, "downgrade: found in an offer that nobody has sealed");
    equal([notice, isTaken], [undefined, true]);
  },
  LIMIT,
);
