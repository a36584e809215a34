import { expect, test } from "bun:test";
import { inboundMedia } from "../../src/whatsapp/inbound-media.ts";

const file = { id: "123", mime_type: "image/jpeg", sha256: "abc=" };
const nothing = { filename: null, voice: false, caption: null, url: null };
const read = { mediaId: "123", mimeType: "image/jpeg", sha256: "abc=", ...nothing };

test("each kind that has a file is read, with what Meta tells of it", () => {
  for (const kind of ["image", "audio", "video", "document", "sticker"] as const) {
    expect(inboundMedia({ type: kind, [kind]: file })).toEqual({ kind, ...read });
  }
});

test("a voice note, a caption, a name and an address are told", () => {
  const audio = { ...file, voice: true, url: "https://lookaside.fbsbx.com/x" };
  expect(inboundMedia({ type: "audio", audio })).toMatchObject({
    voice: true,
    url: "https://lookaside.fbsbx.com/x",
  });
  const document = { ...file, filename: "offer.pdf", caption: "Here" };
  expect(inboundMedia({ type: "document", document })).toMatchObject({
    filename: "offer.pdf",
    caption: "Here",
  });
});

test("a name keeps neither folders nor control characters", () => {
  const named = (filename: string) =>
    inboundMedia({ type: "document", document: { ...file, filename } })?.filename;
  expect(named("../../etc/passwd")).toBe("passwd");
  expect(named("C:\\Users\\a\r\nb.pdf")).toBe("ab.pdf");
  expect(named("  ")).toBeNull();
  expect(named("x".repeat(500))).toHaveLength(240);
});

test("what has no file, or none that could be fetched, is none", () => {
  expect(inboundMedia({ type: "text", text: { body: "Hi" } })).toBeNull();
  expect(inboundMedia({ type: "image", image: {} })).toBeNull();
  expect(inboundMedia({ type: "image" })).toBeNull();
  expect(inboundMedia(null)).toBeNull();
});
