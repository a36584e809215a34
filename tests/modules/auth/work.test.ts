import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Db } from "../../../src/db/client.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { newId } from "../../../src/lib/ids.ts";
import { sha256 } from "../../../src/lib/sha256.ts";
import type { Visitor } from "../../../src/modules/auth/identify.ts";
import { acceptInvitation } from "../../../src/modules/auth/join.ts";
import { createAuthLimits } from "../../../src/modules/auth/limits.ts";
import { forgotPassword } from "../../../src/modules/auth/password-reset.ts";
import { login } from "../../../src/modules/auth/service.ts";
import { signUp } from "../../../src/modules/auth/sign-up.ts";
import { createTokens } from "../../../src/modules/auth/tokens.ts";
import { createMutate } from "../../../src/modules/mutate.ts";
import { createRestWorld, PASSWORD, type RestWorld } from "../rest-world.ts";

/** What a request costs must not tell a stranger who has an account: counted here, not timed. */
let rest: RestWorld;
beforeAll(async () => {
  rest = await createRestWorld("auth-work");
});
afterAll(() => rest.close());

const visitor: Visitor = { address: "10.0.0.1", userAgent: null, requestId: "request" };
const WRONG = "not the password";

/** What the services need, and a list of what they did with it. */
function counted() {
  const done: string[] = [];
  const real = rest.world.db;
  const db: Db = {
    ...real,
    rows: (text, ...values) => {
      done.push("statement");
      return real.rows<never>(text, ...values);
    },
    first: (text, ...values) => {
      done.push("statement");
      return real.first<never>(text, ...values);
    },
    transaction: (work) => {
      done.push("transaction");
      return real.transaction(work);
    },
  };
  const count = (what: string) => async () => void done.push(what);
  const deps = {
    db,
    mutate: createMutate({ db, announce: async () => {} }),
    tokens: createTokens(["a secret that is long enough to sign with"], systemClock),
    limits: {
      ...createAuthLimits(rest.redis.of(0), "not asked"),
      password: count("limit"),
      forgive: count("forgive"),
      signUp: count("limit of sign-ups"),
      resetMail: count("limit of mails"),
      link: count("limit of links"),
    },
    passwords: {
      hash: async () => {
        done.push("argon2");
        return "a hash";
      },
      verify: async (password: string) => {
        done.push("argon2");
        return password === PASSWORD;
      },
    },
    sendMail: () => {},
    publicUrl: "http://leads.example.test",
    signUp: true,
  };
  return { deps, done };
}
type Deps = ReturnType<typeof counted>["deps"];

/** What was done until it was over, however it ended. */
async function workOf(act: (deps: Deps) => Promise<unknown>): Promise<string[]> {
  const { deps, done } = counted();
  await act(deps).catch(() => {});
  return done;
}

const FAILED_SIGN_IN = ["limit", "statement", "argon2"];
const known = async () => (await rest.addUser("agent")).email;
const unknown = () => `${newId()}@example.test`;

describe("a failed sign-in", () => {
  test("does the same for a known and an unknown address", async () => {
    for (const email of [await known(), unknown()]) {
      const work = await workOf((deps) => login(deps, { email, password: WRONG }, visitor));
      expect(work).toEqual(FAILED_SIGN_IN);
    }
  });
});

describe("a sign-up", () => {
  const body = { organizationName: "Any", name: "Ada", password: WRONG };

  test("with another's password does what a failed sign-in does", async () => {
    const email = await known();
    const work = await workOf((deps) => signUp(deps, { ...body, email }, visitor));
    expect(work).toEqual(["limit of sign-ups", ...FAILED_SIGN_IN]);
  });

  test("costs a new person one hash too, after the same look", async () => {
    const work = await workOf((deps) => signUp(deps, { ...body, email: unknown() }, visitor));
    expect(work.slice(0, 4)).toEqual(["limit of sign-ups", ...FAILED_SIGN_IN]);
    expect(work.filter((step) => step === "argon2")).toHaveLength(1);
  });

  test("with an easy password is refused before anybody is looked for", async () => {
    for (const email of [await known(), unknown()]) {
      const easy = { ...body, email, password: "aaaaaaaaaaaa" };
      expect(await workOf((deps) => signUp(deps, easy, visitor))).toEqual([]);
    }
  });
});

test("a forgotten password takes one statement, whether there is such an account or not", async () => {
  for (const email of [await known(), unknown()]) {
    const work = await workOf((deps) => forgotPassword(deps, { email }, visitor));
    expect(work).toEqual(["limit of mails", "statement"]);
  }
});

test("accepting an invitation costs one hash, of a new person as of a known one", async () => {
  const { userId } = await rest.addUser("owner");
  for (const email of [await known(), unknown()]) {
    const token = newId();
    const organizationId = await rest.addOrganization();
    await rest.world.db.rows`insert into memberships (organization_id, user_id, role)
      values (${organizationId}, ${userId}, 'owner')`;
    await rest.world.db.rows`
      insert into invitations (organization_id, id, email, role, token_hash, invited_by, expires_at)
      values (${organizationId}, ${newId()}, ${email}, 'agent', ${sha256(token)}, ${userId},
        now() + interval '1 day')`;
    const body = { token, name: "Ada", password: PASSWORD };
    const work = await workOf((deps) => acceptInvitation(deps, body, visitor));
    const proof = ["limit of links", "statement", ...FAILED_SIGN_IN, "forgive", "transaction"];
    expect(work.slice(0, proof.length)).toEqual(proof);
    expect(work.filter((step) => step === "argon2")).toHaveLength(1);
  }
});
