/** A new version of any driver, as an operator would put it into the folder of drivers. */
import type { TaskFactory } from "../../../devices/tasks/task-catalogue.ts";
import { createTask as firstTask } from "../../../devices/tasks/task-catalogue.ts";

export const createTask: TaskFactory = (...given) => ({ ...firstTask(...given), version: 2 });
