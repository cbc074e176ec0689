/** `mqtt.url`: where the broker is; as a list, the nodes of a cluster. */
import * as v from "valibot";

const address = v.pipe(
  v.string(),
  v.regex(/^mqtts?:\/\/[^\s/@,]+$/),
  v.check((url) => URL.canParse(url)),
);

export const brokerField = v.pipe(
  v.union([address, v.pipe(v.array(address), v.minLength(1), v.maxLength(16))]),
  v.description(
    "Broker to use; without it the board runs its own. A list names the nodes of a cluster: any of them will do.",
  ),
  v.metadata({
    errorMessage:
      'an address such as "mqtt://192.168.1.10:1883" (mqtt or mqtts), or a list of the nodes of one broker; a user and password belong into the file that "credentialsFile" names',
  }),
);

/** As programs pass it on: addresses with commas between them. */
export function brokerText(url: string | readonly string[]): string {
  return typeof url === "string" ? url : url.join(",");
}

/** The addresses in what is written there; none for what is no address. */
export function brokerAddresses(url: unknown): readonly URL[] {
  const texts = Array.isArray(url) ? url.map(String) : String(url).split(",");
  return texts.flatMap((text) => (URL.canParse(text) ? [new URL(text)] : []));
}
