/** Network namespaces where this user and kernel can have them, else programs on loopback. */
import type { Hosts } from "./hosts.ts";
import { Loopback } from "./loopback.ts";
import { Namespaces } from "./namespaces.ts";

export function openHosts(hosts: readonly string[]): { readonly hosts: Hosts; readonly why?: string } {
  try {
    return { hosts: new Namespaces(hosts) };
  } catch (error) {
    return { hosts: new Loopback(), why: (error as Error).message };
  }
}
