import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { AppError, errorCode } from "../../src/lib/errors.ts";
import { createSecretBox } from "../../src/lib/secret-box.ts";

const key = () => randomBytes(32).toString("base64");
const context = "integrations.access_token:1";

function failure(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error("Nothing was thrown.");
}

describe("a sealed secret", () => {
  test.each(["EAAG-token", "", "пароль 🔑 ", "x".repeat(10_000)])(
    "opens to what it was: %#",
    (secret) => {
      const box = createSecretBox([key()]);
      expect(box.open(box.seal(secret, context), context)).toBe(secret);
    },
  );

  test("does not show the secret and differs each time", () => {
    const box = createSecretBox([key()]);
    const first = box.seal("EAAG-token", context);
    expect(first).not.toContain("EAAG-token");
    expect(Buffer.from(first.split(".")[2] ?? "", "base64url").toString("latin1")).not.toContain(
      "EAAG-token",
    );
    expect(box.seal("EAAG-token", context)).not.toBe(first);
  });

  test("does not open in another row or column", () => {
    const box = createSecretBox([key()]);
    const sealed = box.seal("EAAG-token", context);
    const error = failure(() => box.open(sealed, "integrations.access_token:2"));
    expect(error.code).toBe("invalid_input");
  });

  test("does not open with any single character changed", () => {
    const box = createSecretBox([key()]);
    const sealed = box.seal("EAAG", context);
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === "A" ? "B" : "A";
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      expect(["invalid_input", "invalid_config"]).toContain(
        failure(() => box.open(changed, context)).code,
      );
    }
  });

  test.each(["", "v1", "v1.abcdef12.", "v2.abcdef12.AAAA", "plain token", "v1.abcdef12.AAAA.B"])(
    "is refused in words when it is none: %p",
    (text) => {
      const error = failure(() => createSecretBox([key()]).open(text, context));
      expect(error).toMatchObject({
        code: "invalid_input",
        message: "This is not a sealed secret.",
      });
    },
  );
});

describe("rotation", () => {
  const [older, newer] = [key(), key()];

  test("the newest key seals, an older one still opens", () => {
    const before = createSecretBox([older]).seal("EAAG-token", context);
    const box = createSecretBox([newer, older]);
    expect(box.open(before, context)).toBe("EAAG-token");
    expect(createSecretBox([newer]).open(box.seal("EAAG-token", context), context)).toBe(
      "EAAG-token",
    );
  });

  test("a box of a dropped key names the key and what to do", () => {
    const sealed = createSecretBox([older]).seal("EAAG-token", context);
    const error = failure(() => createSecretBox([newer]).open(sealed, context));
    expect(error.code).toBe("invalid_config");
    expect(error.message).toContain(`${sealed.split(".")[1]}`);
    expect(error.message).toContain("ENCRYPTION_KEYS");
  });
});

describe("keys", () => {
  test.each([
    ["too short"],
    [randomBytes(16).toString("base64")],
    [randomBytes(32).toString("hex")],
  ])("of another size are refused without being shown: %#", (text) => {
    const error = failure(() => createSecretBox([key(), text]));
    expect(error.code).toBe("invalid_config");
    expect(error.message).toContain("key 2");
    expect(error.message).not.toContain(text);
  });

  test("are needed", () => {
    expect(errorCode(failure(() => createSecretBox([])))).toBe("invalid_config");
  });
});
