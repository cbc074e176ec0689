import { join } from "node:path";
import { equal, is, ok } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { aboutRelease } from "../../../deploy/release/about-release.ts";
import { ROOT } from "../../../deploy/release/application.ts";
import { writeBundle } from "../../../deploy/release/bundle-writer.ts";
import { firstRelease } from "../../../deploy/release/first-release.ts";
import { ownPayloads } from "../../../deploy/release/own-payloads.ts";
import { decodeSlotText } from "../../../deploy/update/slot-file.ts";
import { boardFiles } from "../../../deploy/vendor/board-entries.ts";
import { spec } from "../../harness/spec.ts";
import { demoFile, demoText } from "../demo-board.ts";
import { temporary } from "../update/a-place.ts";
import { aKey, writeFiles } from "./a-bundle.ts";

spec(
  "what a new card carries is called as a bundle of the same would be, and the card says so",
  async (t) => {
    const work = temporary(t);
    const folder = join(work, "application");
    writeFiles(folder, {
      "bin/node": "needs GLIBC_2.28 at least",
      "bin/holdfast": "#!/bin/sh\n",
      "package.json": JSON.stringify({ version: "0.1.0", createdS: 1_764_115_200 }),
    });
    const config = parseConfig(demoText).config!;
    const target = "linux-arm64";
    const parts = await ownPayloads({ folder, target }, work, { XDG_CACHE_HOME: join(work, "cache") });
    const first = await firstRelease(folder, config, parts);
    const laidOut = { folder, target, version: "0.1.0", createdS: 1_764_115_200, config } as const;
    const about = await aboutRelease(laidOut, { root: ROOT, anyBoard: false });
    const bundle = await writeBundle(join(work, "x.holdfast"), about, parts, [aKey(work)]);
    is(first.release, bundle.release);
    equal(first.manifest, bundle.manifest);
    equal(
      first.manifest.payloads.map(({ name, files = [] }) => [name, ...files.map(({ path }) => path)]),
      [
        ["node.tar.gz", "bin/node"],
        ["application.tar.gz", "bin/holdfast", "package.json"],
      ],
    );
    const entries = boardFiles({ config, configFile: demoFile, application: folder, first });
    const text = (path: string) => {
      const found = entries.find((entry) => entry.path === path);
      return found !== undefined && "text" in found ? String(found.text) : "";
    };
    is(decodeSlotText(text("/opt/holdfast/record"))?.releases.a, first.release);
    equal(JSON.parse(text("/opt/holdfast/manifest-a.json")), first.manifest);
    ok(entries.some(({ path }) => path === "/opt/holdfast/a/bin/node"));
  },
);
