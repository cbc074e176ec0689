import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { equal, is, match, throws } from "uvu/assert";
import { askRelease } from "../../../deploy/update/ask-release.ts";
import { NOT_THERE, remoteCommand, runRemote, shellWord } from "../../../deploy/update/remote.ts";
import { updatePlace } from "../../../deploy/update/update-place.ts";
import { spec } from "../../harness/spec.ts";
import { temporary } from "./a-place.ts";

spec("a disk has its slots in partitions, named as the kernel names them", (t) => {
  const state = temporary(t);
  const slots = (text: string) => {
    const place = updatePlace(text, state, undefined);
    return place.kind === "disk" ? [place.slots.a, place.slots.b, ...place.restart] : [];
  };
  equal(slots("disk:/dev/mmcblk0"), ["/dev/mmcblk0p2", "/dev/mmcblk0p3", "/sbin/reboot"]);
  equal(slots("disk:/dev/sda,5,6"), ["/dev/sda5", "/dev/sda6", "/sbin/reboot"]);
  is(updatePlace("disk:/dev/mmcblk0", state, undefined).notes, join(state, "update"));
});

spec("a folder is started again by its own program, or as somebody says", (t) => {
  const folder = temporary(t);
  equal(updatePlace(folder, "/state", undefined).restart, ["/bin/sh", join(folder, "slots"), "restart"]);
  equal(updatePlace(folder, "/state", "systemctl restart board").restart, [
    "/bin/sh",
    "-c",
    "systemctl restart board",
  ]);
});

spec("no place, and a disk that is none, are said with what is allowed", () => {
  throws(() => updatePlace(undefined, "/state", undefined), /no slots .* or name them with --slots/);
  throws(() => updatePlace("disk:sda", "/state", undefined), /names no disk; allowed is disk:\/dev\/mmcblk0/);
});

spec("any word comes through a shell as it was", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 40 }).filter((word) => !word.includes("\0")),
      (word) => {
        is(execFileSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" }), word);
      },
    ),
    { numRuns: 30 },
  );
});

spec("a verb is found in the slots there, and where there are none that is said", async (t) => {
  const root = temporary(t);
  is(spawnSync("sh", ["-c", remoteCommand(root, ["update"])]).status, NOT_THERE);
  writeFileSync(join(root, "record"), "");
  writeFileSync(join(root, "slots"), '#!/bin/sh\nfor word; do echo "<$word>"; done\n', { mode: 0o755 });
  const place = { target: "pi@here", via: ["sh", "-c", 'exec sh -c "$1"'] as [string, ...string[]], root };
  const { code, text } = await runRemote(place, remoteCommand(root, ["receive", "--trial", "2 m", "it's"]));
  equal([code, text], [0, "<receive>\n<--trial>\n<2 m>\n<it's>\n"]);
});

spec("a program that cannot be started, or reaches nobody, is an error that names it", async () => {
  const message = (via: [string, ...string[]]) =>
    runRemote({ target: "pi@here", via, root: "/opt/holdfast" }, "true").then(
      () => "none",
      (error: Error) => error.message,
    );
  match(await message(["no-such-ssh"]), "no-such-ssh cannot be started");
  match(await message(["sh", "-c", "exit 255"]), "sh did not reach pi@here");
});

spec("a release is asked whether it takes a configuration, and what its levels are", async (t) => {
  const folder = temporary(t);
  mkdirSync(join(folder, "bin"));
  const answers = (check: string, levels: string) =>
    writeFileSync(
      join(folder, "bin/holdfast"),
      `#!/bin/sh\nif [ "$1" = check ]; then ${check}; fi\n${levels}\n`,
      { mode: 0o755 },
    );
  const failure = () =>
    askRelease(folder, "board.config.json").then(
      () => "none",
      (error: Error) => error.message,
    );
  answers("exit 0", `echo '{"levels":{"GPIO6":"op,dh"}}'`);
  equal(await askRelease(folder, "board.config.json"), { levels: { GPIO6: "op,dh" } });
  answers('echo "climate: no such driver"; exit 2', "");
  match(
    await failure(),
    /does not take board.config.json:\nclimate: no such driver\nmend the configuration first/,
  );
  answers("exit 0", "echo hello");
  match(await failure(), "does not tell its safe levels: hello");
  chmodSync(join(folder, "bin/holdfast"), 0o644);
  match(await failure(), "EACCES");
});
