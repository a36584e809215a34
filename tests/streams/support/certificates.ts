import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../../support/servers.ts";

export interface Authority {
  readonly file: string;
  /** A certificate for a server (with its names) or a client (with none), and its key. */
  issue(name: string, subjectAltNames?: string): { cert: string; key: string };
}

/** A private certificate authority, made by openssl. */
export function createAuthority(name: string): Authority {
  const dir = tempDir(`ca-${name}`);
  const at = (file: string) => join(dir, file);
  openssl(
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", `/CN=${name}`],
    ...["-keyout", at("ca.key"), "-out", at("ca.crt")],
  );
  return {
    file: at("ca.crt"),
    issue: (subject, subjectAltNames) => {
      const file = (kind: string) => at(`${subject}.${kind}`);
      openssl(
        ...["req", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${subject}`],
        ...["-keyout", file("key"), "-out", file("csr")],
      );
      // From a file: LibreSSL knows no other way.
      writeFileSync(file("ext"), subjectAltNames ? `subjectAltName=${subjectAltNames}\n` : "");
      openssl(
        ...["x509", "-req", "-in", file("csr"), "-CA", at("ca.crt"), "-CAkey", at("ca.key")],
        ...["-CAcreateserial", "-days", "1", "-extfile", file("ext"), "-out", file("crt")],
      );
      return { cert: file("crt"), key: file("key") };
    },
  };
}

function openssl(...args: string[]): void {
  const done = Bun.spawnSync(["openssl", ...args]);
  if (done.exitCode !== 0) throw new Error(`openssl ${args[0]}: ${done.stderr.toString()}`);
}
