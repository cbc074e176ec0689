/** The heap of this isolate that is really in use. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// A function of V8 that needs a flag; contexts made from now on have it.
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes after a full collection; twice, because finalizers free more. Blocks for some ms, more with a large heap. */
export function usedHeapBytes(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
