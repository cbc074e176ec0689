/** Whether it makes sense that the board's own broker listens to the network. */
import { isLoopback } from "../listen.ts";
import type { Report } from "./problem.ts";
import { isPlainObject } from "./shape.ts";

/** `mqtt`: the section as written. */
export function checkListen(mqtt: unknown, report: Report): void {
  if (!isPlainObject(mqtt) || !isPlainObject(mqtt.listen)) return;
  const { url, listen } = mqtt;
  const at = ["mqtt", "listen"];
  if (url !== undefined) {
    const allowed = '"listen" or "url", not both: with a broker elsewhere the board runs none of its own';
    report.problem(at, listen, allowed);
  }
  if (listen.tls !== undefined || (typeof listen.host === "string" && isLoopback(listen.host))) return;
  report.warning(
    at,
    'passwords and readings go over the network for everybody there to read; "tls" of listen ends that (holdfast keys tls --broker makes the certificate)',
  );
}
