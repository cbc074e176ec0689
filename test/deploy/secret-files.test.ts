import { chmodSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { secretFiles } from "../../deploy/board/secret-files.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { makeLinkSecret } from "../../deploy/links/link-secret.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";
import { aFile, aFolder } from "./keys/a-folder.ts";

const config = (...changes: readonly Change[]) => parseConfig(demoWith(...changes)).config!;

spec("a configuration that names no keys has none to look at", () => {
  assert.equal(secretFiles(config(), "/etc/holdfast/board.config.json"), []);
});

spec(
  "each file is tried from the configuration's folder, and told with what is wrong but nothing of what is in it",
  (t) => {
    const folder = aFolder(t);
    const file = join(folder, "board.config.json");
    const login = aFile(folder, "login.json", '{"user":"greenhouse","password":"sesame"}');
    makeLinkSecret(join(folder, "links.key"));
    const found = () =>
      secretFiles(
        config(
          ["mqtt.url", "mqtts://broker"],
          ["mqtt.credentialsFile", "login.json"],
          ["links", { secretFile: "links.key" }],
        ),
        file,
      );
    assert.equal(found(), [{ what: "the login at the broker" }, { what: "links with other boards" }]);
    chmodSync(login, 0o644);
    const [refused] = found();
    assert.is(refused!.refused?.file, login);
    assert.match(refused!.refused!.why, /^others may read or write it \(mode 0644\)/);
    assert.not.match(JSON.stringify(found()), /sesame/);

    const listen = config(["mqtt.listen", { host: "0.0.0.0", usersFile: "users.json" }]);
    assert.equal(secretFiles(listen, file), [
      {
        what: "the broker for the network",
        refused: { file: join(folder, "users.json"), why: "there is no such file" },
      },
    ]);
  },
);
