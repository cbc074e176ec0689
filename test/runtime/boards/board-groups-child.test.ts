import { boardGroupContract } from "../../contracts/board-groups.ts";
import { linkedThreads } from "../../contracts/linked-threads.ts";

boardGroupContract("child", (t) => linkedThreads(t, "child"));
