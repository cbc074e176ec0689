/** Two cards of one configuration, made one after the other. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { is, ok } from "uvu/assert";
import { buildImage } from "../../deploy/image/build-image.ts";
import { buildApplication } from "../../deploy/release/application.ts";
import { demoFile } from "../deploy/demo-board.ts";
import { aFolder } from "../deploy/keys/a-folder.ts";
import { spec } from "../harness/spec.ts";
import { lineBoard } from "./line-board.ts";

/** What somebody has to keep or send, as `zstd -9` packs it, bytes of 10^6. */
const PACKED_MB = 60;

spec(
  "a card without a password is the same bytes whenever it is made; with one, only the password's hash differs",
  async (t) => {
    const folder = aFolder(t);
    const at = (name: string) => join(folder, name);
    const application = process.env.HOLDFAST_TEST_APPLICATION ?? at("application");
    if (!existsSync(application))
      await buildApplication({ target: "linux-arm64", config: demoFile, out: application });
    writeFileSync(at("board.config.json"), lineBoard(undefined));
    const made = async (name: string, console?: "off") => {
      const config = at("board.config.json");
      const startedMs = performance.now();
      await buildImage({
        config,
        out: at(name),
        application,
        provision: console === undefined ? {} : { console },
      });
      process.stdout.write(
        `figures: card made in ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`,
      );
      return at(name);
    };
    const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
    is(hash(await made("first", "off")), hash(await made("second", "off")));
    const packed = Number(execFileSync("sh", ["-c", 'zstd -q -9 -c "$1" | wc -c', "sh", at("first")]));
    process.stdout.write(`figures: ${(packed / 1e6).toFixed(1)} MB packed\n`);
    ok(packed < PACKED_MB * 1e6, `${packed} bytes`);

    const [one, other] = [readFileSync(await made("third")), readFileSync(await made("fourth"))];
    const from = one.indexOf("root:$");
    const end = one.indexOf(":19000", from);
    is(other.indexOf("root:$"), from);
    is(one.compare(other, from, end, from, end) === 0, false, "no two cards have the same password");
    one.copy(other, from, from, end);
    is(one.equals(other), true);
  },
  { limitMs: 900_000 },
);
