import * as assert from "uvu/assert";
import { withSystemAccount } from "../../../deploy/vendor/accounts.ts";
import { spec } from "../../harness/spec.ts";

const system = {
  passwd: "root:x:0:0:root:/root:/bin/bash\nsshd:x:999:65534::/run/sshd:/usr/sbin/nologin\n",
  group: "root:x:0:\ngpio:x:998:pi\ni2c:x:994:\n",
  shadow: "root:*:19000:0:99999:7:::\nsshd:!:19000::::::",
};

spec(
  "a system account gets a number that neither account nor group has, and joins the groups there are",
  () => {
    const { passwd, group, shadow } = withSystemAccount(system, "holdfast", "/var/lib/holdfast", [
      "gpio",
      "i2c",
      "spi",
    ]);
    assert.is(passwd, `${system.passwd}holdfast:x:997:997:Holdfast:/var/lib/holdfast:/usr/sbin/nologin\n`);
    assert.is(group, "root:x:0:\ngpio:x:998:pi,holdfast\ni2c:x:994:holdfast\nholdfast:x:997:\n");
    assert.is(shadow, `${system.shadow}\nholdfast:!:::::::\n`, "a last line without its end is completed");
  },
);

spec("what is there is kept: a second time changes nothing", () => {
  const once = withSystemAccount(system, "holdfast", "/var/lib/holdfast", ["gpio"]);
  assert.equal(withSystemAccount(once, "holdfast", "/elsewhere", ["gpio"]), once);
  const grouped = { ...system, group: "holdfast:x:500:\n" };
  assert.match(
    withSystemAccount(grouped, "holdfast", "/home", []).passwd,
    "holdfast:x:999:500:".replace("999", "998"),
  );
});

spec("a name that would break a line is refused", () => {
  for (const name of ["", "Root", "a:b", "x\ny"])
    assert.throws(() => withSystemAccount(system, name, "/", []), /no account's name/, name);
});
