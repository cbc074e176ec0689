/** Home Assistant in the configuration. Off unless the section is there: it would give somebody else's program switches. */
import * as v from "valibot";

export const DEFAULT_PREFIX = "homeassistant";

export const homeAssistantSchema = v.pipe(
  v.strictObject({
    prefix: v.exactOptional(
      v.pipe(
        v.string(),
        v.regex(/^[a-z0-9_-]{1,32}(\/[a-z0-9_-]{1,32}){0,3}$/),
        v.description("Its discovery prefix: the setting of its MQTT integration. Default: homeassistant."),
        v.metadata({
          errorMessage:
            "one to four topic levels of 1 to 32 characters a-z, 0-9, - and _, as in Home Assistant's own setting",
        }),
      ),
    ),
  }),
  v.description(
    "Tells Home Assistant of the board, its devices and controllers over the same broker. Without it nothing is told.",
  ),
);
