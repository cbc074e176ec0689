import { equal, is, match } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { says, slotBoard, workFolder } from "./slots.ts";

const LIMIT = { limitMs: 240_000 };
/** Its boots end it, not its trial, however slowly it crashes: this costs no time. */
const PATIENT = ["--trial", "3s", "--settle", "3m", "--link", "3m"];

spec(
  "one that crashes at its start uses up its boots; the board falls back, says so, and refuses it",
  async (t) => {
    const { board, record, notice, bundle, push } = await slotBoard(t, workFolder(t));
    await board.inService();
    const release = await bundle("crashes");
    const { code, text } = await push(release, ...PATIENT);
    is(code, 1, text);
    says(text, "pi@here went back from 0.1.0: slot b did not hold in any of its boots");
    equal([record().active, record().refused.length], ["a", 1]);
    await board.inService();
    await until("the fall-back is told", () => notice()?.state === "fellBack", 20_000);
    const again = await push(release, ...PATIENT);
    is(again.code, 3, again.text);
    says(again.text, "did not hold in any of its boots; --retry tries it again");
    await board.stop();
  },
  LIMIT,
);

spec(
  "one whose program never answers is reverted by its own trial",
  async (t) => {
    const { board, record, bundle, push } = await slotBoard(t, workFolder(t));
    await board.inService();
    const { code, text } = await push(await bundle("hangs"), "--trial", "3s", "--settle", "8s");
    is(code, 1, text);
    match(text, /went back from 0.1.0: the board's program has not answered for \d+ s/);
    is(record().outcome, "reverted");
    await board.inService();
    await board.stop();
  },
  LIMIT,
);
