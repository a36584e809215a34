/** A part of a file, both ends inclusive, as HTTP counts. */
export interface ByteRange {
  from: number;
  to: number;
}

/** Where files are kept. Keys are made by us: `<organization id>/<file id>`. */
export interface MediaStore {
  /** A local folder in which a file lies until it is put; made if it is missing. */
  incomingDir(): Promise<string>;
  /**
   * Keeps the file at `path` under `key`, in place of what was there: the whole or nothing is to be seen.
   * Takes the file away from `path`, whether it succeeds or rejects.
   */
  put(key: string, path: string, mimeType: string): Promise<void>;
  /** The bytes, or a part of them; null when there is no such file. */
  get(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array> | null>;
  /** Resolves also when there is nothing to delete. */
  delete(key: string): Promise<void>;
  exists(key: string): Promise<boolean>;
}
