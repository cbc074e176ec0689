import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Authority } from "../../deploy/keys/authority.ts";
import { type LoginFiles, readBrokerLogin } from "../../deploy/mqtt/broker-login.ts";
import { PrivateFileError } from "../../deploy/mqtt/private-file.ts";
import { spec } from "../harness/spec.ts";
import { aFile, aFolder } from "./keys/a-folder.ts";

const SECRET = "sesame";

function refusal(files: LoginFiles): PrivateFileError {
  try {
    readBrokerLogin(files);
  } catch (error) {
    assert.instance(error, PrivateFileError);
    assert.not.match((error as Error).message, SECRET);
    return error as PrivateFileError;
  }
  throw new Error("it was read");
}

spec("user, password and certificates are read out of their files", (t) => {
  const folder = aFolder(t);
  const authority = new Authority(join(folder, "keys"));
  const { cert, key } = authority.board("greenhouse");
  const credentials = aFile(folder, "login.json", `{"user":"greenhouse","password":"${SECRET}"}`);
  const login = readBrokerLogin({ credentials, ca: authority.own.cert, cert, key });
  assert.is(login.user, "greenhouse");
  assert.is(login.password, SECRET);
  for (const part of ["ca", "cert"] as const) assert.match(String(login.tls?.[part]), /BEGIN CERTIFICATE/);
  assert.match(String(login.tls?.key), /BEGIN PRIVATE KEY/);
  assert.equal(readBrokerLogin({}), {});
});

for (const mode of [0o640, 0o604, 0o620, 0o666]) {
  spec(`a login of mode ${mode.toString(8)} is refused with the command that helps`, (t) => {
    const folder = aFolder(t);
    const file = aFile(folder, "login.json", `{"user":"a","password":"${SECRET}"}`);
    // Not by the mode that a file is made with: the umask takes from that.
    chmodSync(file, mode);
    const { code, message } = refusal({ credentials: file });
    assert.is(code, "readableByOthers");
    assert.is(
      message,
      `${file}: others may read or write it (mode 0${mode.toString(8)}); allowed is its owner alone: chmod 600 ${file}`,
    );
  });
}

const texts: readonly string[] = [
  SECRET,
  `"${SECRET}"`,
  "null",
  `{"user":"","password":"${SECRET}"}`,
  `{"user":"a"}`,
  `{"user":"a","password":7}`,
  `{"user":"${"a".repeat(1025)}","password":"x"}`,
];
for (const text of texts) {
  spec(`a login of ${text.slice(0, 40)} is refused, and nothing of it is told`, (t) => {
    const file = aFile(aFolder(t), "login.json", text);
    const { code, message } = refusal({ credentials: file });
    assert.is(code, "malformed");
    assert.match(message, /allowed is \{"user":"\.\.\.","password":"\.\.\."\}/);
  });
}

spec("what is missing, a folder, too large, or no PEM is an error that names the file", (t) => {
  const folder = aFolder(t);
  mkdirSync(join(folder, "inside"));
  const text = aFile(folder, "text", SECRET);
  const huge = aFile(folder, "huge", "x".repeat(300_000));
  const { cert } = new Authority(join(folder, "keys")).board("greenhouse");
  const { key } = new Authority(join(folder, "others")).board("greenhouse");
  assert.is(refusal({ credentials: join(folder, "none") }).code, "missing");
  assert.is(refusal({ credentials: join(folder, "inside") }).code, "malformed");
  assert.is(refusal({ credentials: huge }).code, "tooLarge");
  assert.match(refusal({ ca: text }).message, /text: no certificate in it; allowed is PEM/);
  assert.match(
    refusal({ cert, key: text }).message,
    /text: no key in it; allowed is PEM without a passphrase/,
  );
  assert.match(refusal({ cert, key }).message, /greenhouse\.key: it is not the key of .*greenhouse\.pem/);
});
