import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { keysRelease } from "../../../deploy/cli/keys-release.ts";
import { releaseText } from "../../../deploy/cli/release.ts";
import { loadConfig } from "../../../deploy/config/load-config.ts";
import { KeysError } from "../../../deploy/keys/keys-error.ts";
import { PrivateFileError } from "../../../deploy/mqtt/private-file.ts";
import { manifestOutputs, newestGlibc } from "../../../deploy/release/about-release.ts";
import {
  makeReleaseKeys,
  readReleaseKey,
  readSigningKey,
  readTrustedKeys,
} from "../../../deploy/release/release-key.ts";
import { spec } from "../../harness/spec.ts";
import { demoFile } from "../demo-board.ts";
import { aFile, aFolder } from "../keys/a-folder.ts";
import { ABOUT } from "./a-bundle.ts";

spec("a manifest has the outputs of the demo board by line, with what is off in volts", () => {
  assert.equal(manifestOutputs(loadConfig(demoFile).config!), [
    { device: "heater", line: "GPIO17", safe: "off", level: "low", onCrash: "safe" },
    { device: "fan", line: "GPIO18", safe: "off", level: "low", onCrash: "safe" },
    { device: "led", line: "GPIO24", safe: "off", level: "low", onCrash: "safe" },
    { device: "pump", line: "GPIO6", safe: "off", level: "high", onCrash: "safe" },
  ]);
});

spec("the glibc that a program needs is the newest that it names", () => {
  const needs = (text: string) => newestGlibc(Buffer.from(text));
  assert.is(needs("\0GLIBC_2.4\0GLIBC_2.34\0GLIBC_2.17\0"), 34);
  assert.is(needs("GLIBC_2.3.4\0GLIBC_2.4"), 4);
  assert.is(needs("GLIBCXX_3.4.21 GLIBC_PRIVATE"), 0);
});

spec("keys of releases are made once: private for their owner alone, public as OpenSSL reads it", (t) => {
  const folder = aFolder(t);
  const made = makeReleaseKeys(folder, "release");
  assert.ok(made.made);
  assert.equal(
    [made.key, made.pub].map((file) => statSync(file).mode & 0o777),
    [0o600, 0o644],
  );
  const again = makeReleaseKeys(folder, "release");
  assert.equal({ ...again, made: true }, made);
  assert.not(again.made);
  const text = execFileSync("openssl", ["pkey", "-pubin", "-in", made.pub, "-noout", "-text"], {
    encoding: "utf8",
  });
  assert.match(text, /ED25519/i);
  assert.match(made.id, /^[0-9a-f]{16}$/);
  makeReleaseKeys(folder, "release-2027");
  assert.equal(
    readTrustedKeys(folder)
      .map(({ id }) => id)
      .sort(),
    [...new Set([made.id, readReleaseKey(join(folder, "release-2027.pub")).id])].sort(),
  );
  assert.equal(readTrustedKeys(join(folder, "nowhere")), []);
});

spec("a key that is not what it should be is refused by name, and none is in a message", (t) => {
  const folder = aFolder(t);
  const { key, pub } = makeReleaseKeys(folder, "release");
  const other = makeReleaseKeys(folder, "other");
  const refused = (work: () => unknown, what: RegExp) => {
    try {
      work();
    } catch (error) {
      assert.ok(error instanceof KeysError || error instanceof PrivateFileError, String(error));
      assert.match((error as Error).message, what);
      return;
    }
    assert.unreachable(String(what));
  };
  refused(() => readReleaseKey(key), /release\.key is a private key: name its public half/);
  refused(() => readSigningKey(pub), /release\.pub is a public key: releases are signed with its other half/);
  refused(() => readSigningKey(aFile(folder, "open.key", readFileSync(key, "utf8"), 0o644)), /chmod 600/);
  refused(() => readSigningKey(aFile(folder, "text.key", "hello")), /is no key in PEM/);
  const rsa = execFileSync("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
  refused(() => readSigningKey(aFile(folder, "ec.key", rsa.toString())), /found ec, allowed is ed25519/);
  writeFileSync(pub, readFileSync(other.pub));
  refused(() => makeReleaseKeys(folder, "release"), /is not the public half of/);
});

spec("holdfast keys release says where the keys are, and again that they were kept", (t) => {
  const folder = aFolder(t);
  const said = (names: readonly string[], json: boolean) => {
    const { write } = process.stdout;
    let text = "";
    process.stdout.write = ((part: string) => {
      text += part;
      return true;
    }) as typeof write;
    try {
      keysRelease(names, { json, out: folder });
    } finally {
      process.stdout.write = write;
    }
    return text;
  };
  assert.ok(said([], false).startsWith(`made  ${folder}/release.key, ${folder}/release.pub  id `));
  const { name, made } = JSON.parse(said(["2027"], true));
  assert.equal([name, made], ["release-2027", true]);
  assert.match(said([], false), /^kept {2}/);
});

spec("people see what a release is, what it holds, and whether it was started", () => {
  const payloads = [{ name: "node.tar.gz", size: 33_286_666, sha256: "" }];
  const release = {
    ...{ file: "/x/a.holdfast", bytes: 35_400_000, release: "e8037a9d", signedBy: ["b01af6e4"] },
    hardware: "linux" as const,
    manifest: { ...ABOUT, revision: "cb19d11f83db", payloads },
  };
  const text = releaseText({
    ...release,
    trying: { tried: true, firstReadingS: 11.24, under: "qemu-aarch64-static" },
  });
  assert.equal(text.split("\n"), [
    "made      /x/a.holdfast  35.4 MB",
    "release   e8037a9d  of 0.1.0 (cb19d11f83db), 2026-11-26T01:31:09Z",
    "for       greenhouse, linux-arm64, Linux 5.10, glibc 2.34 or newer",
    "holds     node.tar.gz 33.3 MB",
    "Node      20.20.2",
    "outputs   GPIO6 safe off (high)",
    "signed by b01af6e4",
    "started   first reading after 11.2 s under qemu-aarch64-static",
    "",
  ]);
  const untried = releaseText({
    ...release,
    hardware: "emulated",
    trying: { tried: false, why: "qemu is not installed" },
  });
  assert.match(untried, /^for {7}greenhouse \(emulated: no real pin moves\), linux-arm64/m);
  assert.match(untried, /^started {3}no: qemu is not installed$/m);
});
