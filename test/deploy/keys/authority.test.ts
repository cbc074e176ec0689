import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Authority } from "../../../deploy/keys/authority.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "./a-folder.ts";

const read = (file: string) => new X509Certificate(readFileSync(file));
const verify = (authority: string, cert: string, ...words: string[]) =>
  spawnSync("openssl", ["verify", "-x509_strict", "-CAfile", authority, ...words, cert], {
    encoding: "utf8",
  });

spec(
  "an authority signs a certificate for each board and one for the broker, keys for their owner alone",
  (t) => {
    const folder = join(aFolder(t), "keys");
    const authority = new Authority(folder);
    const broker = authority.broker(["Broker.local", "192.168.1.10", "::1"]);
    const board = authority.board("pump-house");
    assert.equal(readdirSync(folder).sort(), [
      ..."authority.key authority.pem broker.key broker.pem pump-house.key pump-house.pem".split(" "),
    ]);
    assert.is(statSync(folder).mode & 0o777, 0o700);
    for (const { key, cert, made } of [authority.own, broker, board]) {
      assert.is(statSync(key).mode & 0o777, 0o600, key);
      assert.is(statSync(cert).mode & 0o777, 0o644, cert);
      assert.ok(made);
    }
    assert.is(read(board.cert).subject, "CN=pump-house");
    assert.is(read(board.cert).fingerprint256, board.fingerprint);
    assert.equal(read(board.cert).keyUsage, ["1.3.6.1.5.5.7.3.2"], "clientAuth and nothing else");
    assert.equal(read(broker.cert).keyUsage, ["1.3.6.1.5.5.7.3.1"], "serverAuth and nothing else");
    assert.not(read(board.cert).ca, "a board signs no others");
    for (const host of ["broker.local", "192.168.1.10"]) {
      const found = read(broker.cert);
      assert.ok(found.checkHost(host) ?? found.checkIP(host), host);
    }
    assert.is(read(broker.cert).checkHost("other.local"), undefined);
  },
);

spec("certificates are good whatever the clock says: from 1970 to the year 9999", (t) => {
  const authority = new Authority(aFolder(t));
  const { cert } = authority.board("greenhouse");
  for (const date of ["1970-01-01T00:00:01Z", "2026-11-25T00:00:00Z", "2400-01-01T00:00:00Z"]) {
    const { status, stderr } = verify(authority.own.cert, cert, "-attime", `${Date.parse(date) / 1000}`);
    assert.is(status, 0, `${date}: ${stderr}`);
  }
  assert.is(Date.parse(read(cert).validTo), Date.parse("9999-12-31T23:59:59Z"));
});

spec("made again, everything is kept, byte by byte; a board that comes later gets its own", (t) => {
  const folder = aFolder(t);
  const make = () => {
    const authority = new Authority(folder);
    return [authority.own, authority.broker(["b.local", "10.0.0.1"]), authority.board("greenhouse")];
  };
  const bytes = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const first = make();
  const before = bytes();
  const second = make();
  assert.equal(bytes(), before);
  assert.ok(second.every(({ made }) => !made));
  assert.equal(
    second.map(({ fingerprint }) => fingerprint),
    first.map(({ fingerprint }) => fingerprint),
  );
  const later = new Authority(folder).board("pump-house");
  assert.ok(later.made);
  assert.is(verify(first[0]!.cert, later.cert).status, 0);
});

spec(
  "a key without its certificate, as a power cut may leave it, gets one; a certificate without its key is refused",
  (t) => {
    const folder = aFolder(t);
    const { cert, key } = new Authority(folder).board("greenhouse");
    const kept = readFileSync(key, "utf8");
    rmSync(cert);
    assert.ok(new Authority(folder).board("greenhouse").made);
    assert.is(readFileSync(key, "utf8"), kept);
    rmSync(key);
    assert.throws(
      () => new Authority(folder).board("greenhouse"),
      (error: Error) => error.message.includes(`its key ${key} is missing; move ${cert}`),
    );
  },
);

spec("what does not fit is never written over, and the error names the file and what helps", (t) => {
  const folder = aFolder(t);
  const authority = new Authority(folder);
  const broker = authority.broker(["a.local"]);
  const board = authority.board("greenhouse");
  assert.throws(() => authority.broker(["b.local"]), /it is for a\.local, not for b\.local; move/);
  chmodSync(board.key, 0o640);
  assert.throws(() => authority.board("greenhouse"), /others may read or write it \(mode 0640\).*chmod 600/);
  chmodSync(board.key, 0o600);
  renameSync(broker.key, board.key);
  assert.throws(() => authority.board("greenhouse"), /greenhouse\.key is not its key/);

  const elsewhere = new Authority(aFolder(t)).board("pump-house");
  renameSync(elsewhere.cert, join(folder, "pump-house.pem"));
  renameSync(elsewhere.key, join(folder, "pump-house.key"));
  assert.throws(() => authority.board("pump-house"), /it was not signed by .*authority\.pem/);
});

const badNames: readonly (readonly [what: string, make: (authority: Authority) => unknown])[] = [
  ["the authority's", (a) => a.board("authority")],
  ["the broker's", (a) => a.board("broker")],
  ["a path", (a) => a.board("../x")],
  ["one with a line break", (a) => a.broker(["a\nbasicConstraints = CA:true"])],
  ["one with a comma", (a) => a.broker(["a,DNS:b"])],
  ["none", (a) => a.broker([""])],
];
for (const [what, make] of badNames) {
  spec(`a name that is ${what} is refused with what is allowed, and nothing is written`, (t) => {
    const folder = aFolder(t);
    const authority = new Authority(folder);
    assert.throws(
      () => make(authority),
      (error: { code?: string; message: string }) => {
        return error.code === "badName" && /allowed is/.test(error.message);
      },
    );
    assert.equal(readdirSync(folder).sort(), ["authority.key", "authority.pem"]);
  });
}
