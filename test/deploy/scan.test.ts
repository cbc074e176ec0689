import { equal, is, throws } from "uvu/assert";
import { CliError, EXIT } from "../../deploy/cli/exit-code.ts";
import { busNamed, scanLines } from "../../deploy/cli/scan.ts";
import { spec } from "../harness/spec.ts";

spec("a bus is named in three ways, and nothing else is one", () => {
  for (const word of ["i2c-1", "1", "/dev/i2c-1"]) is(busNamed(word), "i2c-1", word);
  is(busNamed("i2c-20"), "i2c-20");
  for (const word of ["", "i2c1", "spi-0", "i2c-", "1a", "-1"]) {
    throws(
      () => busNamed(word),
      (error: unknown) => error instanceof CliError && error.exitCode === EXIT.usage,
    );
  }
});

spec(
  "who is there is told by address, with what it may be; silence and a dead bus have a line of their own",
  () => {
    const scans = [
      ["i2c-1", { answered: [0x76, 0x3c], held: [0x68] }],
      ["i2c-3", { answered: [], held: [] }],
      ["i2c-4", { error: "nothing moves on it" }],
    ] as const;
    equal(scanLines(scans), [
      "bus    address  who",
      "i2c-1  0x3c     answers",
      "i2c-1  0x68     held by a kernel driver, not asked",
      "i2c-1  0x76     answers, may be bme280",
      "i2c-3           nobody answers",
      "i2c-4           nothing moves on it",
    ]);
  },
);
