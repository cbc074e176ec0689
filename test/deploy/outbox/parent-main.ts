/** Stands for a runtime: puts records into an outbox, says when its process has them all, and waits to be killed. */
import { OutboxClient } from "../../../deploy/outbox/outbox-client.ts";
import { PROGRAM } from "./a-program.ts";

const [folder, count] = [process.argv[2]!, Number(process.argv[3])];
const limits = { sizeBytes: 64_000_000, ageMs: 86_400_000, syncEveryMs: 600_000, syncRecords: 4000 };
const client = new OutboxClient({ program: PROGRAM, folder, limits, onMessage: look, onEnded: () => {} });
for (let n = 1; n <= count; n++) client.put({ at: null, body: `{"n":${n}}` });

function look(): void {
  if (client.waiting === 0) process.stdout.write("taken\n");
}
