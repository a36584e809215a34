import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../lib/errors.ts";
import { describeProcess } from "./process.ts";

interface Holder {
  pid: number;
  /** Tells a living holder from another process that was given the same pid later. */
  startMark: string;
}

/**
 * Makes this process the only one that runs servers in `dataDir`. Returns how to let go.
 * Throws AppError("invalid_config") naming the living holder.
 */
export function lockFolder(dataDir: string): () => void {
  const path = join(dataDir, "leadline.pid");
  const own = `${path}.${process.pid}`;
  const startMark = describeProcess(process.pid)?.startMark ?? "";
  writeFileSync(own, JSON.stringify({ pid: process.pid, startMark } satisfies Holder));
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (tryLink(own, path)) return () => rmSync(path, { force: true });
      const holder = readHolder(path);
      if (holder && isLiving(holder)) throw inUse(dataDir, holder.pid);
      // Renaming, not deleting: of two processes that find the same dead lock only one moves it.
      tryRename(path, `${own}.stale`);
    }
    throw new AppError("invalid_config", `The lock ${path} cannot be taken. Remove it by hand.`);
  } finally {
    rmSync(own, { force: true });
    rmSync(`${own}.stale`, { force: true });
  }
}

/** The pid of the living Leadline that runs the servers of this folder, if there is one. */
export function folderHolder(dataDir: string): number | null {
  const holder = readHolder(join(dataDir, "leadline.pid"));
  return holder && isLiving(holder) ? holder.pid : null;
}

function inUse(dataDir: string, pid: number): AppError {
  return new AppError(
    "invalid_config",
    `The data folder ${dataDir} is in use by a running Leadline (pid ${pid}). Stop that one, or set DATA_DIR to another folder.`,
    { pid },
  );
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function tryRename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function readHolder(path: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isHolder(value) ? value : null;
  } catch {
    return null;
  }
}

function isHolder(value: unknown): value is Holder {
  return typeof value === "object" && value !== null && "pid" in value && "startMark" in value;
}

function isLiving(holder: Holder): boolean {
  return describeProcess(holder.pid)?.startMark === holder.startMark;
}
