/** One guard broken on purpose, and the tests that must notice. */
export interface Bite {
  /** Of those that the README's promises rest on; `tests/` names each in a `describe`. */
  readonly invariant: number;
  /** What is broken, in words. */
  readonly breaks: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly put: string;
  readonly test: string;
  /** Only tests whose full name contains this. */
  readonly name: string;
}

/** The file's text with the guard broken. @throws when the text to replace does not stand there once. */
export function broken(text: string, { file, find, put }: Bite): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(`${file} has ${parts.length - 1} times, not once: ${find}`);
  }
  return parts.join(put);
}
