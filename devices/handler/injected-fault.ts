/** Faults that a person may inject into a device of an emulated board, to see it recover. */
import type { InjectedFault } from "./messages.ts";

export function injectFault(fault: InjectedFault): void {
  switch (fault) {
    case "crash":
      throw new Error("crash injected from the page");
    case "hang":
      for (;;);
    case "leak": {
      const hoard: number[][] = [];
      for (;;) hoard.push(new Array<number>(10_000).fill(hoard.length));
    }
  }
}
