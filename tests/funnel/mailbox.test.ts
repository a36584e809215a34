import { describe, expect, test } from "bun:test";
import { whoAnswers } from "../../src/funnel/mailbox.ts";

const bare = (kind: string) => whoAnswers({ kind, text: null, hasContent: false });
const worded = (kind: string) => whoAnswers({ kind, text: "Hi", hasContent: true });
const understood = (kind: string) => whoAnswers({ kind, text: null, hasContent: true });

describe("who sees to an inbound message", () => {
  test.each(["text", "button", "interactive", "image", "video", "document"])(
    "the bot answers %s with words, and a person looks at one without",
    (kind) => {
      expect([worded(kind), bare(kind)]).toEqual(["bot", "person"]);
    },
  );

  test.each(["interactive", "location", "contacts", "order"])(
    "the bot answers %s that was understood, and a person looks at one that was not",
    (kind) => {
      expect([understood(kind), bare(kind)]).toEqual(["bot", "person"]);
    },
  );

  test.each(["image", "audio", "video", "document", "sticker", "unsupported", "unknown", "?"])(
    "%s without words is for a person, though we know what it is",
    (kind) => {
      expect(understood(kind)).toBe("person");
    },
  );

  test.each(["audio", "sticker"])("%s stays a person's, whatever text it claims", (kind) => {
    expect(worded(kind)).toBe("person");
  });

  test.each(["reaction", "system"])("%s asks nothing of anybody", (kind) => {
    expect([worded(kind), bare(kind)]).toEqual(["nobody", "nobody"]);
  });
});
