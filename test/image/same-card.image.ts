/** Two cards of one configuration, made one after the other. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { is } from "uvu/assert";
import { buildImage } from "../../deploy/image/build-image.ts";
import { buildApplication } from "../../deploy/release/application.ts";
import { demoFile } from "../deploy/demo-board.ts";
import { aFolder } from "../deploy/keys/a-folder.ts";
import { spec } from "../harness/spec.ts";
import { lineBoard } from "./line-board.ts";

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
      await buildImage({
        config,
        out: at(name),
        application,
        provision: console === undefined ? {} : { console },
      });
      return at(name);
    };
    const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
    is(hash(await made("first", "off")), hash(await made("second", "off")));

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
