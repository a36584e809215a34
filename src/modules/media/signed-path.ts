import { createHmac, timingSafeEqual } from "node:crypto";

/** Which file of whom, and until when (epoch seconds). */
export interface MediaPass {
  organizationId: string;
  mediaId: string;
  expiresAtS: number;
}

const UUID_BYTES = 16;
const PASS_BYTES = 2 * UUID_BYTES + 6;
const SIGNATURE_BYTES = 32;

export interface PassOffice {
  sign(pass: MediaPass): string;
  /** Null for whatever none of our secrets has signed. Whether it has expired is the caller's to say. */
  read(token: string): MediaPass | null;
}

/** Tokens that open one file. `secrets` sign other things too, so that their keys are made from them. */
export function createPassOffice(secrets: readonly string[]): PassOffice {
  const keys = secrets.map((secret) => createHmac("sha256", secret).update("media-pass").digest());
  const signed = (key: Buffer, pass: Uint8Array) => createHmac("sha256", key).update(pass).digest();
  return {
    sign: (pass) => {
      const [newest = Buffer.alloc(0)] = keys;
      const bytes = pack(pass);
      return Buffer.concat([bytes, signed(newest, bytes)]).toString("base64url");
    },
    read: (token) => {
      const bytes = Buffer.from(token, "base64url");
      // Buffer skips what is not base64url: one pass must have one spelling.
      if (bytes.length !== PASS_BYTES + SIGNATURE_BYTES) return null;
      if (bytes.toString("base64url") !== token) return null;
      const pass = bytes.subarray(0, PASS_BYTES);
      const signature = bytes.subarray(PASS_BYTES);
      const isOurs = keys.some((key) => timingSafeEqual(signed(key, pass), signature));
      return isOurs ? unpack(pass) : null;
    },
  };
}

function pack({ organizationId, mediaId, expiresAtS }: MediaPass): Buffer {
  const bytes = Buffer.alloc(PASS_BYTES);
  bytes.write(organizationId.replaceAll("-", ""), 0, "hex");
  bytes.write(mediaId.replaceAll("-", ""), UUID_BYTES, "hex");
  bytes.writeUIntBE(expiresAtS, 2 * UUID_BYTES, 6);
  return bytes;
}

function unpack(bytes: Buffer): MediaPass {
  return {
    organizationId: uuid(bytes.subarray(0, UUID_BYTES)),
    mediaId: uuid(bytes.subarray(UUID_BYTES, 2 * UUID_BYTES)),
    expiresAtS: bytes.readUIntBE(2 * UUID_BYTES, 6),
  };
}

function uuid(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
