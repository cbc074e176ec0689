/** A version of the relay's driver that dies in its third job. */
import type { TaskFactory } from "../../../devices/tasks/task-catalogue.ts";
import { createTask as firstTask } from "../../../devices/tasks/task-catalogue.ts";

export const createTask: TaskFactory = (...given) => {
  const task = firstTask(...given);
  let jobs = 0;
  return {
    ...task,
    version: "crashes",
    *sample(self) {
      if (++jobs === 3) throw new Error("worn out");
      return yield* task.sample(self);
    },
  };
};
