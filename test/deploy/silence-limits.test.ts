import { equal, throws } from "uvu/assert";
import { optionsEnvironment, readOptions, silenceLimits } from "../../deploy/board/options.ts";
import { spec } from "../harness/spec.ts";

const environment = {
  HOLDFAST_PET_LIMIT: "30ms",
  HOLDFAST_KERNEL_LIMIT: "400ms",
  HOLDFAST_GUARDIAN_LIMIT: "60s",
  HOLDFAST_ANSWER_LIMIT: "1500ms",
};

spec(
  "how much silence is borne is read from the environment, and passed on to every process of a board",
  () => {
    equal(silenceLimits({}), {});
    equal(silenceLimits({ HOLDFAST_ANSWER_LIMIT: "" }), {});
    const limits = { petMs: 30, kernelMs: 400, guardianMs: 60_000, answerMs: 1500 };
    equal(silenceLimits(environment), limits);
    equal(silenceLimits(optionsEnvironment(readOptions(environment))), limits);
  },
);

spec("a limit that is none is refused by its name, with what is allowed", () => {
  for (const name of Object.keys(environment))
    for (const text of ["29ms", "61s", "soon"])
      throws(
        () => silenceLimits({ [name]: text }),
        (error: Error) => error.message === `${name}: "${text}" is no time from 30ms to 60s`,
      );
});
