/** Whether the board's login at its broker goes together, and who could listen to it. */
import { isLoopback } from "../listen.ts";
import { brokerAddresses } from "./broker-field.ts";
import type { Report } from "./problem.ts";
import { isPlainObject } from "./shape.ts";

/** `mqtt`: the section as written. The files themselves are looked at where the board runs. */
export function checkLogin(mqtt: unknown, report: Report): void {
  if (!isPlainObject(mqtt)) return;
  const { url, credentialsFile, tls } = mqtt;
  const addresses = brokerAddresses(url);
  if (isPlainObject(tls)) {
    if (tls.cert !== undefined && tls.key === undefined)
      report.problem(["mqtt", "tls", "key"], undefined, 'the path of the key of "cert"');
    if (tls.key !== undefined && tls.cert === undefined)
      report.problem(["mqtt", "tls", "cert"], undefined, 'the path of the certificate of "key"');
    for (const address of addresses) {
      if (address.protocol !== "mqtt:") continue;
      const allowed = `"mqtts://${address.host}" where "tls" is written: certificates say nothing without it`;
      report.problem(["mqtt", "url"], url, allowed);
    }
  }
  if (url === undefined && (credentialsFile !== undefined || tls !== undefined)) {
    const what = credentialsFile === undefined ? "tls" : "credentialsFile";
    const text = 'used only with a broker elsewhere: "url" of mqtt names it, or --broker';
    report.warning(["mqtt", what], text);
  }
  if (credentialsFile === undefined) return;
  const open = addresses.find(({ protocol, hostname }) => protocol === "mqtt:" && !isHere(hostname));
  if (open === undefined) return;
  report.warning(
    ["mqtt", "url"],
    `the password goes over the network for everybody there to read; "mqtts://${open.hostname}" where the broker has TLS`,
  );
}

function isHere(hostname: string): boolean {
  return isLoopback(hostname.replace(/^\[|\]$/g, ""));
}
