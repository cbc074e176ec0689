import * as assert from "uvu/assert";
import { decodeSchedstat, readThreadTime } from "../../../runtime/time/thread-time.ts";
import { spec } from "../../harness/spec.ts";

spec("the kernel's figures of a thread are nanoseconds on a core and in the queue", () => {
  assert.equal(decodeSchedstat("188632556 252961223 63\n"), { ranUs: 188_632.556, waitedUs: 252_961.223 });
  assert.equal(decodeSchedstat("0 0 0"), { ranUs: 0, waitedUs: 0 });
});

spec("what is anything else is not known", () => {
  for (const text of ["", "12 13", "-1 0 0", "1.5 0 0", "1 2 3 4"])
    assert.is(decodeSchedstat(text), null, text);
});

spec("a thread that works is seen to have run", (t) => {
  const before = readThreadTime();
  if (before === null) t.skip("this system does not count the time of threads");
  let sum = 0;
  for (let n = 0; n < 3e7; n++) sum += n % 7;
  const after = readThreadTime()!;
  assert.ok(sum > 0 && after.ranUs > before!.ranUs, `${before!.ranUs} ${after.ranUs}`);
  assert.ok(after.waitedUs >= before!.waitedUs);
});
