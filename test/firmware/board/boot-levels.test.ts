import { equal, is, match } from "uvu/assert";
import { bootLevelProblems, bootLevels, bootLevelsText } from "../../../firmware/board/boot-levels.ts";
import type { SystemFiles } from "../../../firmware/contracts/system-files.ts";
import { spec } from "../../harness/spec.ts";

const off = { kind: "line", safe: "off", onCrash: "safe" } as const;
const plan = {
  outputs: [
    { ...off, line: "GPIO17", activeLow: false },
    { ...off, line: "GPIO6", activeLow: true },
    { ...off, line: "GPIO27", activeLow: false, safe: "on" },
  ],
  inputs: [{ line: "GPIO23", activeLow: true, bias: "pull-up" }],
} as const;
const text = bootLevelsText(plan);
const included = "[all]\ninclude holdfast-gpio.txt\n";

function files(tree: Readonly<Record<string, string>>): SystemFiles {
  return { read: (path) => (tree[path] === undefined ? undefined : Buffer.from(tree[path])), list: () => [] };
}

function found(config: string, levels?: string) {
  const tree = {
    "/boot/firmware/config.txt": config,
    ...(levels !== undefined && { "/boot/firmware/holdfast-gpio.txt": levels }),
  };
  return bootLevelProblems(plan, files(tree));
}

spec("each line of the header has a command: outputs at their safe level, inputs with their pull", () => {
  const commands = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  equal(commands, ["gpio=6=op,dh", "gpio=17=op,dl", "gpio=23=ip,pu", "gpio=27=op,dh"]);
});

spec(
  "a line that others drive as well is let go where its safe level is: the firmware knows no open drain",
  () => {
    const shared = (line: string, drive: "open-drain" | "open-source", safe: "on" | "off") =>
      ({ ...off, line, activeLow: false, drive, safe }) as const;
    const outputs = [
      shared("GPIO4", "open-drain", "on"),
      shared("GPIO5", "open-drain", "off"),
      shared("GPIO12", "open-source", "off"),
      shared("GPIO13", "open-source", "on"),
    ];
    const levels = bootLevels({
      outputs: [...outputs, { ...off, line: "GPIO16", activeLow: true }],
      inputs: [],
    });
    equal(
      [...levels],
      [
        [4, "ip,pn"], // a resistor brings it up; whoever pulls it down meanwhile has no other driver against it
        [5, "op,dl"],
        [12, "ip,pn"],
        [13, "op,dh"],
        [16, "op,dh"],
      ],
    );
  },
);

spec("a file that is there, included and right is no problem, nor is the same written by hand", () => {
  equal(found(included, text), []);
  equal(found("gpio=6,27=op,dh\ngpio=16-18=op,dl # mine\n"), []);
  equal(found("gpio=6,17,27=op\ngpio=6,27=dh\ngpio=17=dl"), [], "what is said in pieces");
});

spec("a file that is missing is said with what writes it", () => {
  const [problem] = found("dtparam=i2c_arm=on\n");
  is(problem?.kind, "missing");
  match(problem!.message, /GPIO6, GPIO17, GPIO27 float/);
  match(problem!.remedy, "sudo holdfast boot-levels --write /boot/firmware");
});

spec("a file that is not included, or only for another board, is said", () => {
  is(found("", text)[0]?.kind, "notIncluded");
  is(found("[cm4]\ninclude holdfast-gpio.txt\n", text)[0]?.kind, "notIncluded");
  is(found("#include holdfast-gpio.txt\n", text)[0]?.kind, "notIncluded");
});

spec(
  "another level than the configuration's is said line by line, also when a later command changes it",
  () => {
    equal(
      found(included, text.replace("gpio=17=op,dl", "gpio=17=op,dh")).map(({ message }) => message),
      ["GPIO17 starts with gpio=op,dh, its safe level is op,dl"],
    );
    equal(
      found(`${included}gpio=6=dl\n`, text).map(({ kind, message }) => `${kind} ${message}`),
      ["differs GPIO6 starts with gpio=op,dl, its safe level is op,dh"],
    );
  },
);

spec(
  "a machine without config.txt has no firmware to tell, and a board without outputs nothing to say",
  () => {
    equal(bootLevelProblems(plan, files({})), []);
    equal(bootLevelProblems({ outputs: [], inputs: [] }, files({ "/boot/config.txt": "" })), []);
  },
);
