/** What a board's page says of its health, without `fetch`: that keeps 4 MB for as long as the process lives. */
import { get } from "node:http";
import { json } from "node:stream/consumers";

/** The document at /health: `ok` when all devices are in service. Rejects while the page is not served. */
export interface Health {
  readonly ok: boolean;
  readonly devices: number;
}

/** `pageUrl`: ends with a slash. */
export function askHealth(pageUrl: string): Promise<Health> {
  return new Promise((done, failed) => {
    get(`${pageUrl}health`, (answer) => {
      json(answer).then((document) => done(document as Health), failed);
    }).on("error", failed);
  });
}
