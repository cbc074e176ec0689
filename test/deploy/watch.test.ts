import { equal } from "uvu/assert";
import { takeWatch } from "../../deploy/board/watch.ts";
import { spec } from "../harness/spec.ts";

spec("what systemd left for the guardian is taken, so that the runtime cannot speak for it", () => {
  const environment = {
    NOTIFY_SOCKET: "/run/systemd/notify",
    WATCHDOG_USEC: "2000000",
    WATCHDOG_PID: "12",
    HOME: "/root",
  };
  equal(takeWatch(environment), { notifySocket: "/run/systemd/notify", serviceWatchMs: 2000 });
  equal(environment as object, { HOME: "/root" });
});

spec("a launcher leaves a pipe, and who is started by hand has nobody", () => {
  equal(takeWatch({ HOLDFAST_BEAT_FD: "3" }), { launcherFd: 3 });
  equal(takeWatch({ NOTIFY_SOCKET: "" }), {});
});
