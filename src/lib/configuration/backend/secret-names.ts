/** Which names stand for secrets. Pure. */

/** `jwtSecret`, `API_TOKEN_SALT`, `APP_KEYS`, `privateKey`, `passwd`; not `keyboard`, `tokenLifetime` or `keyPrefix`. */
const SECRET_NAME =
  /(?:secret|password|passwd|passphrase|salt|token|credentials?|dsn|(?:api|app|private|access|encryption|secret|auth|signing|license)[-_]?keys?|webhook(?:[-_]?url)?|connection[-_]?string|database[-_]?url)$/i;

/** Below these everything is one: `secrets.encryptionKey`, `keys: [...]` of an application. */
const SECRET_PARENT = /^(?:secrets|keys|credentials)$/i;

export const isSecretName = (name: string): boolean => SECRET_NAME.test(name) || SECRET_PARENT.test(name);
