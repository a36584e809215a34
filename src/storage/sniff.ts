import { fileTypeFromBlob } from "file-type";

/** Enough to tell text from anything else. */
const SAMPLE_BYTES = 64 * 1024;

/**
 * What a file is by its bytes, without parameters; `text/plain` for clean UTF-8 that is no markup; null
 * when nothing knows it. What the sender says of it is not asked.
 */
export async function sniff(path: string): Promise<string | null> {
  const file = Bun.file(path);
  const found = await fileTypeFromBlob(file);
  if (found !== undefined) return found.mime.split(";")[0]?.trim() ?? null;
  const head = new Uint8Array(await file.slice(0, SAMPLE_BYTES).arrayBuffer());
  return isPlainText(head, file.size > SAMPLE_BYTES) ? "text/plain" : null;
}

/** A browser takes for a page what begins like one, whatever it is called. */
function isPlainText(head: Uint8Array, isCut: boolean): boolean {
  if (head.length === 0) return false;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: isCut });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what text has none of.
    return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) && !/^\s*</.test(text);
  } catch {
    return false;
  }
}
