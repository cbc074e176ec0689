import { is, match } from "uvu/assert";
import { reportText } from "../../../deploy/cli/image.ts";
import { slotPayload } from "../../../deploy/image/slot-payload.ts";
import type { Application } from "../../../deploy/release/application.ts";
import { spec } from "../../harness/spec.ts";

spec("the password is in the report once; a card without one says nothing of it", () => {
  const report = { file: "card.img", bytes: 403_701_760, slotBytes: 41_943_040, kernel: "6.1.0-56-arm64" };
  const text = reportText({ ...report, password: "abcd-efgh-2345-6789" }, 15.04);
  match(text, /^card\.img: 404 MB, slot 42 MB, kernel 6\.1\.0-56-arm64, after 15\.0 s\n/);
  is(text.split("abcd-efgh-2345-6789").length, 2);
  is(reportText(report, 1).includes("password"), false);
});

spec("a slot for another kind of machine is refused before anything is made", async () => {
  const application = { folder: "/nowhere", target: "linux-armv7l" } as Application;
  const refused = await slotPayload(application, "/nowhere", () => {}).catch((error: Error) => error.message);
  is(refused, "--image: found target linux-armv7l; Holdfast OS is for linux-arm64");
});
