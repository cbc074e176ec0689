/** A version of the relay's driver that never comes back from its third job. */
import type { TaskFactory } from "../../../devices/tasks/task-catalogue.ts";
import { createTask as firstTask } from "../../../devices/tasks/task-catalogue.ts";

export const createTask: TaskFactory = (...given) => {
  const task = firstTask(...given);
  let jobs = 0;
  return {
    ...task,
    version: "hangs",
    *sample(self) {
      jobs++;
      while (jobs === 3);
      return yield* task.sample(self);
    },
  };
};
