/** Why a broker could not be used, in words that say what helps. */

export interface AskedBroker {
  readonly host: string;
  /** As whom; absent: as nobody. */
  readonly user?: string;
  /** TLS was asked for and had not begun. */
  readonly handshake?: boolean;
}

type Words = (asked: AskedBroker) => string;

const WRONG_LOGIN: Words = ({ user }) =>
  user === undefined
    ? 'the broker asks for a login, and there is none: "credentialsFile" of mqtt names the file (on the command line --credentials)'
    : `the broker refuses user "${user}" or its password: correct them in the credentials file, or in the broker`;

const NOT_TRUSTED: Words = ({ host }) =>
  `the certificate of ${host} is not signed by an authority that is trusted here: "tls": {"ca"} of mqtt names its file (on the command line --ca)`;

const NOT_OURS: Words = () =>
  'the broker does not take our certificate, or asks for one: "cert" and "key" in "tls" of mqtt have to be signed by the authority that it trusts';

const NO_TLS: Words = ({ host }) =>
  `${host} does not speak TLS at this port: mqtt:// there, or the port of its mqtts:// (8883 as a rule)`;

/**
 * CONNACK return codes of MQTT 3.1.1 (table 3.1) and reason codes of MQTT 5 (table 3-1); error codes of OpenSSL's verification
 * (`X509_V_ERR_...` in verify(1)) and alerts, as Node.js names them.
 */
const WORDS: Readonly<Record<string, Words>> = {
  4: WRONG_LOGIN,
  5: WRONG_LOGIN,
  134: WRONG_LOGIN,
  135: WRONG_LOGIN,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  CERT_SIGNATURE_FAILURE: NOT_TRUSTED,
  CERT_HAS_EXPIRED: ({ host }) => `the certificate of ${host} has expired: it needs a new one`,
  CERT_NOT_YET_VALID: ({ host }) =>
    `the certificate of ${host} is not valid yet: its beginning is wrong, or the clock of this machine`,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ host }) =>
    `the certificate is not for ${host}: address the broker by a name that is in it, or make it one with this name`,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: NOT_OURS,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: NOT_OURS,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: NOT_OURS,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: NOT_OURS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
};

/** One sentence for people; the words of the error itself stay at its end. */
export function brokerCause(error: Error, asked: AskedBroker): string {
  const code = "code" in error ? String(error.code) : "";
  const own = error.message === "" ? code : error.message;
  const hungUp = asked.handshake === true && code === "ECONNRESET";
  const words = hungUp ? NO_TLS : Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
  return words === undefined ? own : `${words(asked)} (${own})`;
}
