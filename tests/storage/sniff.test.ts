import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  sampleDocument,
  sampleImage,
  sampleSticker,
  sampleVoice,
} from "../../src/simulator/phone/sample-files.ts";
import { sniff } from "../../src/storage/sniff.ts";

const dir = await mkdtemp(join(tmpdir(), "leadline-sniff-"));
afterAll(() => rm(dir, { recursive: true, force: true }));

async function typeOf(content: string | Uint8Array): Promise<string | null> {
  const path = join(dir, "file");
  await Bun.write(path, content);
  return await sniff(path);
}

test.each([
  ["a picture", sampleImage("A roof."), "image/png"],
  ["a voice note", sampleVoice("Hello", 1), "audio/ogg"],
  ["a document", sampleDocument("Bill"), "application/pdf"],
  ["a sticker", sampleSticker(), "image/webp"],
  ["a text", "Roof: 40 m², flat.\nTwo skylights.", "text/plain"],
  ["a long text, cut within a letter", "ä".repeat(40_000), "text/plain"],
])("%s is what its bytes are", async (_, content, type) => {
  expect(await typeOf(content)).toBe(type);
});

test.each([
  ["a page", "  <!doctype html><p>Hi"],
  ["a picture made of markup", '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ["nothing", ""],
  ["bytes that are no text", new Uint8Array([1, 2, 0, 255, 3])],
  ["text in another encoding", new Uint8Array([72, 228, 117, 115])],
])("%s is nothing that is kept", async (_, content) => {
  const type = await typeOf(content);
  expect([null, "application/xml"]).toContain(type);
});
