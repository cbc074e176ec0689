import { spawnSync } from "node:child_process";
import { is, match, throws } from "uvu/assert";
import { newPassword, passwordHash } from "../../../deploy/image/password.ts";
import { sha512Crypt } from "../../../deploy/image/sha512-crypt.ts";
import { spec } from "../../harness/spec.ts";

spec("a hash is that of the specification's own example", () => {
  is(
    sha512Crypt("Hello world!", "saltstring"),
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
  );
});

spec("whatever the length of a password, openssl makes the same of it", (t) => {
  const made = spawnSync("openssl", ["version"], { encoding: "utf8" });
  if (!made.stdout?.startsWith("OpenSSL")) t.skip("openssl is not installed");
  for (const length of [1, 2, 7, 19, 63, 64, 65, 127, 128, 129, 200]) {
    const password = "Aé9 ".repeat(length).slice(0, length);
    const words = ["passwd", "-6", "-salt", "k2.x/Yq0", "-stdin"];
    const { stdout } = spawnSync("openssl", words, { input: `${password}\n`, encoding: "utf8" });
    is(sha512Crypt(password, "k2.x/Yq0"), stdout.trim(), `${length} characters`);
  }
});

spec("a password's hash has a salt of its own, and a salt that is none is a defect", () => {
  const password = newPassword();
  const [one, other] = [passwordHash(password), passwordHash(password)];
  match(one, /^\$6\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/);
  is(one === other, false);
  is(sha512Crypt(password, one.split("$")[2]!), one);
  throws(() => sha512Crypt("x", "a$b"), /no salt/);
  throws(() => sha512Crypt("x", "a".repeat(17)), /no salt/);
});
