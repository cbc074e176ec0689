import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, throws } from "uvu/assert";
import { ReadConfig } from "../../../deploy/update/read-config.ts";
import { UpdateError } from "../../../deploy/update/update-error.ts";
import { spec } from "../../harness/spec.ts";
import { demoText, demoWith } from "../demo-board.ts";
import { temporary } from "./a-place.ts";

spec("a configuration is read again when it is another, and only then", (t) => {
  const file = join(temporary(t), "board.config.json");
  writeFileSync(file, demoText);
  const read = new ReadConfig(file);
  const { config } = read;
  writeFileSync(file, demoText);
  is(read.renew(), false);
  is(read.config, config);
  writeFileSync(file, demoWith(["updateWindow", "02:00-04:00"]));
  equal([read.renew(), read.config.updateWindow, read.renew()], [true, "02:00-04:00", false]);
});

spec("one with problems is told with them, and what was read before stays", (t) => {
  const file = join(temporary(t), "board.config.json");
  const refused = (why: RegExp) => (error: Error) =>
    error instanceof UpdateError && error.code === "badConfig" && why.test(error.message);
  throws(() => new ReadConfig(file), refused(/no such file/));
  writeFileSync(file, demoText);
  const read = new ReadConfig(file);
  writeFileSync(file, demoWith(["updateWindow", "2-4"]));
  throws(() => read.renew(), refused(/updateWindow/));
  throws(() => read.renew(), refused(/updateWindow/));
  is(read.config.updateWindow, undefined);
  rmSync(file);
  throws(() => read.renew(), refused(/no such file/));
  match(String(read.config.board.id), /greenhouse/);
});
