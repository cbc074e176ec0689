import { equal, is, match } from "uvu/assert";
import { notLive } from "../../../deploy/release/live-change.ts";
import type { Manifest } from "../../../deploy/release/manifest.ts";
import { whyBySlot } from "../../../deploy/update/live-way.ts";
import { firstRecord } from "../../../deploy/update/slot-steps.ts";
import { spec } from "../../harness/spec.ts";
import { ABOUT } from "./a-bundle.ts";

const OLD = "aa".repeat(16);
const DRIVERS = "program/cells/device-thread.cjs";

/** A release of these files; the text is the hash. */
function release(
  files: Readonly<Record<string, string>>,
  about: Partial<Pick<Manifest, "target" | "liveFrom">> = {},
): Manifest {
  const described = Object.entries(files).map(([path, sha256]) => ({
    ...{ path, sha256, size: 1 },
    mode: 0o644 as const,
  }));
  return {
    ...ABOUT,
    ...about,
    payloads: [{ name: "application.tar.gz", size: 1, sha256: "", files: described }],
  };
}

const FILES = { [DRIVERS]: "1", "program/deploy/board/runtime-main.js": "1", "package.json": "1" };

spec("a release of which only the code of devices and controllers differs may go live", () => {
  equal(notLive(release(FILES), release({ ...FILES, [DRIVERS]: "2", "package.json": "2" })), []);
});

spec("anything else that differs, comes or goes is named and keeps it from that", () => {
  const next = { [DRIVERS]: "2", "program/deploy/board/runtime-main.js": "2", "bin/extra": "1" };
  equal(notLive(release(FILES), release(next)), [
    "bin/extra differs",
    "program/deploy/board/runtime-main.js differs",
  ]);
  match(notLive(release(FILES), release({ ...FILES, "package.json": "2" }))[0]!, /is the same/);
  match(notLive(release(FILES), release(FILES, { target: "linux-x64" }))[0]!, /linux-x64/);
  match(notLive(release({}), release(FILES))[0]!, /holds no files/);
});

/** The same as a slot of Holdfast OS. */
function slotOf(release: Manifest, system = "1"): Manifest {
  const holds = { system, files: release.payloads[0]!.files! };
  return { ...release, payloads: [{ name: "slot.squashfs", size: 1, sha256: "", holds }] };
}

spec("of a slot all that it holds beside that code has to be the same, its system with it", () => {
  const [from, next] = [slotOf(release(FILES)), slotOf(release({ ...FILES, [DRIVERS]: "2" }))];
  equal(notLive(from, next), []);
  equal(notLive(from, slotOf(release({ ...FILES, [DRIVERS]: "2" }), "2")), [
    "the system in slot.squashfs differs",
  ]);
  equal(notLive(from, slotOf(release({ ...FILES, [DRIVERS]: "2", "bin/node": "2" }))), ["bin/node differs"]);
  const unlisted = { ...next, payloads: [{ name: "slot.squashfs", size: 1, sha256: "" }] };
  const why = ["one of them does not say what its slot holds"];
  equal([notLive(from, unlisted), notLive(unlisted, next)], [why, why]);
});

spec("a release with files and a slot is compared in what the other brings, too", () => {
  const both = (files: Readonly<Record<string, string>>, system = "1") => {
    const plain = release(files);
    return { ...plain, payloads: [...plain.payloads, ...slotOf(plain, system).payloads] };
  };
  const drivers = { ...FILES, [DRIVERS]: "2" };
  equal(notLive(both(FILES), both(drivers)), []);
  equal(notLive(both(FILES), both(drivers, "2")), ["the system in slot.squashfs differs"]);
  equal(notLive(both(FILES), both({ ...drivers, "bin/node": "2" })), ["bin/node differs"]);
  equal([notLive(slotOf(release(FILES)), both(drivers)), notLive(release(FILES), both(drivers))], [[], []]);
  match(notLive(slotOf(release(FILES)), release(drivers))[0]!, /no slot/);
});

spec("a mode that differs is a difference, too", () => {
  const next = release({ ...FILES, [DRIVERS]: "2" });
  const files = next.payloads[0]!.files!.map((file) =>
    file.path.endsWith("runtime-main.js") ? { ...file, mode: 0o755 as const } : file,
  );
  const other = { ...next, payloads: [{ ...next.payloads[0]!, files }] };
  equal(notLive(release(FILES), other), ["program/deploy/board/runtime-main.js differs"]);
});

spec("a board goes live only from the release that is named, and only if its files say so, too", () => {
  const record = firstRecord(OLD);
  const running = release(FILES);
  const next = release({ ...FILES, [DRIVERS]: "2" }, { liveFrom: OLD });
  is(whyBySlot({ record, running, next }), undefined);
  match(whyBySlot({ record, running, next: release(FILES) })!, /does not say/);
  match(
    whyBySlot({ record, running, next: { ...next, liveFrom: "bb".repeat(16) } })!,
    /bbbbbbbbbbbb.*aaaaaaaaaaaa runs/,
  );
  match(whyBySlot({ record: firstRecord(undefined), running, next })!, /unknown one runs/);
  match(whyBySlot({ record, running: undefined, next })!, /not written down/);
  const lies = release({ ...FILES, [DRIVERS]: "2", "bin/node": "2" }, { liveFrom: OLD });
  match(whyBySlot({ record, running, next: lies })!, /says so, but bin\/node differs/);
});
