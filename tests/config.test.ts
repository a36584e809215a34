import { describe, expect, test } from "bun:test";
import { type Environment, loadConfig } from "../src/config.ts";
import { variables } from "../src/config-schema.ts";
import { AppError } from "../src/lib/errors.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const production = {
  NODE_ENV: "production",
  PUBLIC_URL: "https://leads.example.com/",
  DATABASE_URL: "postgres://leadline:pw@db:5432/leadline",
  REDIS_URL: "rediss://:pw@redis:6379",
  MEDIA_URL: "s3://key:secret@s3.example.com/leads",
  WHATSAPP_APP_SECRETS: "0123456789abcdef-new,0123456789abcdef-old",
  WHATSAPP_VERIFY_TOKENS: "a-long-word",
  OPENAI_API_KEY: "sk-test",
  LLM_MODEL: "gpt-5-mini",
  ENCRYPTION_KEYS: key,
  SESSION_SECRETS: "s".repeat(32),
};

function problemsOf(environment: Environment, role?: "api" | "worker" | "scheduler"): AppError {
  try {
    loadConfig(environment, role ? { role } : {});
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("loadConfig on a bare machine", () => {
  test("asks for nothing: servers are embedded, WhatsApp and the model simulated", () => {
    const config = loadConfig({});
    expect(config.role).toBe("all");
    expect(config.database.url).toBeNull();
    expect(config.redis.url).toBeNull();
    expect(config.simulator.enabled).toBe(true);
    expect(config.whatsapp.graphUrl).toBe("http://127.0.0.1:3000/simulator/graph");
    expect(config.llm.baseUrl).toBe("http://127.0.0.1:3000/simulator/openai/v1");
    expect(config.whatsapp.appSecrets).toEqual([]);
    expect(config.security.encryptionKeys).toEqual([]);
  });

  test("treats an empty or blank value as absent", () => {
    expect(loadConfig({ PORT: "", DATABASE_URL: "  " }).http.port).toBe(3000);
  });

  test("asks a real model while WhatsApp is simulated, once it has a key and a name", () => {
    const config = loadConfig({ OPENAI_API_KEY: "sk", LLM_MODEL: "gpt-5-mini" });
    expect(config.llm.baseUrl).toBe("https://api.openai.com/v1");
    expect(config.whatsapp.graphUrl).toContain("/simulator/graph");
    expect(problemsOf({ OPENAI_API_KEY: "sk" }).details["names"]).toEqual(["LLM_MODEL"]);
  });

  test("wants the real outside world once the simulator is off", () => {
    const names = problemsOf({ SIMULATOR: "off" }).details["names"];
    expect(names).toEqual([
      "WHATSAPP_APP_SECRETS",
      "WHATSAPP_VERIFY_TOKENS",
      "OPENAI_API_KEY",
      "LLM_MODEL",
    ]);
  });
});

describe("loadConfig with faults", () => {
  test("refuses a crash point that no step of ours has, and names those there are", () => {
    expect(loadConfig({ CRASH_AT: "turn:claimed,deliver:sent" }).ops.crashAt).toHaveLength(2);
    const error = problemsOf({ CRASH_AT: "turn:climed" });
    expect(error.message).toContain("CRASH_AT must be a comma-separated list of steps: webhook:");
  });

  test("names three faults at once, in words", () => {
    const error = problemsOf({ PORT: "http", REDIS_URL: "redis.example.com", LOG_LEVEL: "loud" });
    expect(error.code).toBe("invalid_config");
    expect(error.message).toContain("3 settings are missing or wrong");
    expect(error.message).toContain("PORT must be a whole number from 0 to 65535");
    expect(error.message).toContain("REDIS_URL must be an address that starts with redis://");
    expect(error.message).toContain("LOG_LEVEL must be debug, info, warn, error or silent");
  });

  test("says what is wrong with an address of Redis", () => {
    const error = problemsOf({ REDIS_URL: "redis+sentinel://s1:26379,s2:26379" });
    expect(error.message).toContain("REDIS_URL lacks the master's name after the sentinels.");
  });

  test("names a wrong and a missing one together, each once", () => {
    const error = problemsOf({ ...production, PUBLIC_URL: "leads.example.com", LLM_MODEL: "" });
    expect(error.details["names"]).toEqual(["PUBLIC_URL", "LLM_MODEL"]);
  });

  test("does not repeat the value of a secret", () => {
    const error = problemsOf({ ...production, SESSION_SECRETS: "too-short-hunter2" });
    expect(error.message).toContain("SESSION_SECRETS must be");
    expect(error.message).not.toContain("hunter2");
  });

  test("finds the one bad entry of a list", () => {
    const error = problemsOf({ ...production, ENCRYPTION_KEYS: `${key},c2hvcnQ=` });
    expect(error.details["names"]).toEqual(["ENCRYPTION_KEYS"]);
  });

  test("recognises a plural name written in the singular", () => {
    const { WHATSAPP_APP_SECRETS: value, ...rest } = production;
    const error = problemsOf({ ...rest, WHATSAPP_APP_SECRET: value });
    expect(error.message).toContain("You have set WHATSAPP_APP_SECRET: the name ends in S.");
  });
});

test("sign-up is open unless it is switched off, in so many words", () => {
  expect(loadConfig({}).http.signUp).toBe(true);
  expect(loadConfig({ SIGN_UP: "off" }).http.signUp).toBe(false);
  expect(problemsOf({ SIGN_UP: "no" }).message).toContain("SIGN_UP must be on or off.");
});

describe("where files are kept", () => {
  test("is a folder beside the other data, unless it is said", () => {
    expect(loadConfig({ DATA_DIR: "/srv/leadline" }).media).toEqual({
      kind: "disk",
      dir: "/srv/leadline/media",
    });
    expect(loadConfig({ MEDIA_URL: "file:///srv/files" }).media).toMatchObject({
      dir: "/srv/files",
    });
  });

  test("is told what is wrong with it, never with its secret", () => {
    const { message } = problemsOf({ ...production, MEDIA_URL: "s3://key:hunter2@host" });
    expect(message).toContain("MEDIA_URL names no bucket");
    expect(message).not.toContain("hunter2");
  });
});

describe("loadConfig in production", () => {
  test("reads everything into slices, newest secret first", () => {
    const config = loadConfig(production);
    expect(config.simulator.enabled).toBe(false);
    expect(config.http.publicUrl).toBe("https://leads.example.com");
    expect(config.whatsapp.appSecrets).toEqual(["0123456789abcdef-new", "0123456789abcdef-old"]);
    expect(config.whatsapp.graphUrl).toBe("https://graph.facebook.com");
    expect(config.ops.logLevel).toBe("info");
  });

  test("has no defaults: lists all that is missing", () => {
    const names = problemsOf({ NODE_ENV: "production" }).details["names"];
    const optional = ["NODE_ENV"];
    expect(names).toEqual(Object.keys(production).filter((name) => !optional.includes(name)));
  });

  test.each([
    ["api", ["OPENAI_API_KEY", "LLM_MODEL"]],
    ["worker", ["PUBLIC_URL", "WHATSAPP_APP_SECRETS", "WHATSAPP_VERIFY_TOKENS", "SESSION_SECRETS"]],
    [
      "scheduler",
      ["PUBLIC_URL", "WHATSAPP_APP_SECRETS", "OPENAI_API_KEY", "LLM_MODEL", "ENCRYPTION_KEYS"],
    ],
  ] as const)("requires of %s only what it uses", (role, unused) => {
    const names = problemsOf({ NODE_ENV: "production" }, role).details["names"];
    expect(names).toContain("DATABASE_URL");
    expect(names).toContain("REDIS_URL");
    for (const name of unused) expect(names).not.toContain(name);
  });

  test("ignores a wrong value of a variable that the role does not use", () => {
    expect(loadConfig({ ...production, PUBLIC_URL: "?" }, { role: "worker" }).role).toBe("worker");
  });

  test("refuses the simulator and crash points", () => {
    const error = problemsOf({ ...production, SIMULATOR: "on", CRASH_AT: "turn:claimed" });
    expect(error.details["names"]).toEqual(["SIMULATOR", "CRASH_AT"]);
  });
});

describe("the schema", () => {
  test.each([
    "redis://r:6379",
    "rediss://:pw@r:6379",
    "redis+sentinel://s1:26379,s2:26379/mymaster",
    "redis+cluster://h1:6379,h2:6379",
    "rediss+cluster://h1:6379,h2:6379?ca=/etc/redis/ca.pem",
  ])("takes %s", (url) => {
    expect(loadConfig({ REDIS_URL: url }).redis.url).toBe(url);
  });

  test("says of every variable what it is and who reads it", () => {
    for (const [name, facts] of variables) {
      expect(facts.about.length, name).toBeGreaterThan(20);
      expect(facts.roles.length, name).toBeGreaterThan(0);
    }
  });

  test("says of every secret how to rotate it", () => {
    const secret = /(SECRETS|TOKENS|KEYS?|^DATABASE_URL|^REDIS_URL)$/;
    const names = variables.filter(([name, facts]) => secret.test(name) && !facts.rotate);
    expect(names).toEqual([]);
  });
});
