import * as assert from "uvu/assert";
import { HangLimit } from "../../../runtime/process/hang-limit.ts";
import { Mailbox } from "../../../runtime/process/mailbox.ts";
import { BAND, Process } from "../../../runtime/process/process.ts";
import { ProcessTable } from "../../../runtime/process/process-table.ts";
import { spec } from "../../harness/spec.ts";

spec("what runs must wait again by its hard deadline, but never later than the longest slice allows", () => {
  const { hang, process, told } = watched(1000);
  hang.begin(process, 100);
  process.hardDeadlineUs = 700;
  hang.changed(process);
  process.hardDeadlineUs = 9000;
  hang.changed(process);
  hang.end();
  assert.equal(told, ["1 by 1100 from 100", "1 by 700 from -Infinity", "1 by 1100 from -Infinity", "end"]);
});

spec("another limit counts from the next resume on", () => {
  const { hang, process, told } = watched(1000);
  hang.begin(process, 0);
  hang.limitUs = 50;
  hang.changed(process);
  hang.begin(process, 10);
  assert.equal(told, ["1 by 1000 from 0", "1 by 1000 from -Infinity", "1 by 60 from 10"]);
});

function watched(limitUs: number) {
  const told: string[] = [];
  const hang = new HangLimit(limitUs, {
    begin: (number, dueUs, startUs) => void told.push(`${number} by ${dueUs} from ${startUs}`),
    end: () => void told.push("end"),
  });
  const process = new Process({ name: "body" }, undefined, BAND.normal, new Mailbox());
  new ProcessTable({ board: "b", cell: "c", incarnation: 1 }).add(process, undefined);
  return { hang, process, told };
}
