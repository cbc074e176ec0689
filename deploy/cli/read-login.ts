import { type BrokerLogin, type LoginFiles, readBrokerLogin } from "../mqtt/broker-login.ts";
import { PrivateFileError } from "../mqtt/private-file.ts";
import { CliError, EXIT } from "./exit-code.ts";

/** The login in these files; throws `CliError` with `EXIT.usage` and what is wrong with which. */
export function readLogin(files: LoginFiles): BrokerLogin {
  if ((files.cert === undefined) !== (files.key === undefined))
    throw new CliError(EXIT.usage, "a certificate and its key go together: --cert and --key");
  return readFiles(() => readBrokerLogin(files));
}

/** What `read` gives; throws `CliError` with `EXIT.usage` where one of its files is not as it should be. */
export function readFiles<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PrivateFileError)) throw error;
    throw new CliError(EXIT.usage, error.message);
  }
}
