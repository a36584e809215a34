import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { AppError } from "./errors.ts";

export interface SecretBox {
  /**
   * Encrypts with the newest key. `context` says where the box is kept, for example
   * `integrations.access_token:<id>`: moved elsewhere, it does not open.
   */
  seal(plaintext: string, context: string): string;
  /**
   * Decrypts with whichever key sealed it. Throws `invalid_config` if that key is not among ours and
   * `invalid_input` if the box was changed, cut or belongs elsewhere.
   */
  open(box: string, context: string): string;
  /** Whether the newest key sealed it: if not, it is to be sealed again before its key goes. */
  isNewest(box: string): boolean;
}

/** Where a number's access token is kept, for `seal` and `open`. */
export function accessTokenContext(integrationId: string): string {
  return `integrations.access_token:${integrationId}`;
}

/** Where the secrets of an organization's own Meta app are kept. */
export function appSecretContext(integrationId: string): string {
  return `integrations.app_secret:${integrationId}`;
}

export function verifyTokenContext(integrationId: string): string {
  return `integrations.verify_token:${integrationId}`;
}

interface Key {
  id: string;
  bytes: Buffer;
}

const VERSION = "v1";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM over short secrets. `keys` are 32 bytes in base64 each, newest first: the first one
 * seals, all of them open. A box is `v1.<key id>.<nonce, ciphertext and tag in base64url>`.
 */
export function createSecretBox(keys: readonly string[]): SecretBox {
  const ring = keys.map(parseKey);
  const [newest] = ring;
  if (!newest) throw new AppError("invalid_config", "There is no encryption key.");

  return {
    seal: (plaintext, context) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", newest.bytes, nonce);
      cipher.setAAD(bound(newest.id, context));
      const sealed = Buffer.concat([nonce, cipher.update(plaintext, "utf8"), cipher.final()]);
      const body = Buffer.concat([sealed, cipher.getAuthTag()]).toString("base64url");
      return `${VERSION}.${newest.id}.${body}`;
    },
    open: (box, context) => {
      const { keyId, body } = split(box);
      const key = ring.find(({ id }) => id === keyId);
      if (!key) throw unknownKey(keyId);
      return decrypt(key, body, context);
    },
    isNewest: (box) => box.startsWith(`${VERSION}.${newest.id}.`),
  };
}

function parseKey(text: string, index: number): Key {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== KEY_BYTES) {
    throw new AppError(
      "invalid_config",
      `Encryption key ${index + 1} is not ${KEY_BYTES} bytes in base64. Make one with: openssl rand -base64 32`,
    );
  }
  return { id: createHash("sha256").update(bytes).digest("hex").slice(0, 8), bytes };
}

function split(box: string): { keyId: string; body: Buffer } {
  const [version, keyId, text, ...rest] = box.split(".");
  if (version !== VERSION || !keyId || !text || rest.length > 0) throw notOurs();
  const body = Buffer.from(text, "base64url");
  // Buffer skips what is not base64url: one box must have one spelling.
  const spelt = body.toString("base64url") === text;
  if (!spelt || body.length < NONCE_BYTES + TAG_BYTES) throw notOurs();
  return { keyId, body };
}

function decrypt(key: Key, body: Buffer, context: string): string {
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, body.subarray(0, NONCE_BYTES));
  decipher.setAAD(bound(key.id, context));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8");
    return text + decipher.final("utf8");
  } catch (error) {
    const problem = "A sealed secret was changed, or belongs to another row.";
    throw new AppError("invalid_input", problem, { keyId: key.id }, error);
  }
}

function bound(keyId: string, context: string): Buffer {
  return Buffer.from(`${VERSION}.${keyId}.${context}`, "utf8");
}

function notOurs(): AppError {
  return new AppError("invalid_input", "This is not a sealed secret.");
}

function unknownKey(keyId: string): AppError {
  return new AppError(
    "invalid_config",
    `A stored secret was sealed with encryption key ${keyId}, which is not in ENCRYPTION_KEYS. Add that key at the end of the list.`,
    { keyId },
  );
}
