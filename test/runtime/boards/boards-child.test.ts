import { boardContract } from "../../contracts/boards.ts";
import { linkedThreads } from "../../contracts/linked-threads.ts";

boardContract("child", (t) => linkedThreads(t, "child"));
