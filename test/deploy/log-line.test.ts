import * as assert from "uvu/assert";
import { logLine } from "../../deploy/cli/log-line.ts";
import { spec } from "../harness/spec.ts";

spec("what a cell's code printed is shown with cell, process and level", () => {
  const line = (entry: object) => logLine("", { log: entry });
  assert.is(line({ cell: "climate", level: "info", text: "hello", process: "climate" }), "climate: hello");
  assert.is(
    line({ cell: "climate", level: "warn", text: "odd", process: "reader" }),
    "climate (reader) warn: odd",
  );
  assert.is(line({ cell: "climate", level: "error", text: "at load" }), "climate error: at load");
});
