import type { Db } from "../../db/client.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { AuthLimits } from "./limits.ts";
import { type Passwords, requireDecent } from "./passwords.ts";
import type { Device } from "./sessions.ts";

/** Somebody without a session, as far as a request tells. */
export interface Visitor extends Device {
  address: string;
  requestId: string;
}

/** A person who has shown who they are: known already, or about to be made. */
export interface Identified {
  id: string;
  name: string;
  email: string;
  passwordHash: string;
  isNew: boolean;
}

/** An address as accounts are kept under it. */
export function accountOf(email: string): string {
  return email.trim().toLowerCase();
}

/** The one answer to whoever is not who they say, whatever of it was not right. */
export function wrongCredentials(): AppError {
  return new AppError("unauthenticated", "The e-mail or the password is not right.");
}

/**
 * Whose account it is, or will be. Who has one must give its password, as to sign in: counted as a try,
 * and failing in the same words. One hash is made in any case. Who has none needs `name` and a decent
 * password, else it fails with `invalid_input`.
 */
export async function identify(
  { db, limits, passwords }: { db: Db; limits: AuthLimits; passwords: Passwords },
  given: { email: string; name: string | undefined; password: string },
  { address }: Visitor,
): Promise<Identified> {
  const { email, password } = given;
  await limits.password(email, address);
  const known = await db.first<{ id: string; name: string; passwordHash: string }>`
    select id, name, password_hash from users where email = ${email}`;
  if (!known) {
    requireDecent(password, email);
    if (given.name === undefined) throw new AppError("invalid_input", "A new person needs a name.");
  } else if (!(await passwords.verify(password, known.passwordHash))) {
    throw wrongCredentials();
  }
  const person = known
    ? { ...known, email, isNew: false }
    : {
        id: newId(),
        name: (given.name ?? "").trim(),
        email,
        passwordHash: await passwords.hash(password),
        isNew: true,
      };
  await limits.forgive(email, address);
  return person;
}

/** Makes the account of a new person. Fails as a sign-in does when somebody else was faster. */
export async function keepPerson(tx: Transaction, person: Identified): Promise<void> {
  if (!person.isNew) return;
  const { id, email, name, passwordHash } = person;
  const made = await tx.first`
    insert into users (id, email, name, password_hash)
    values (${id}, ${email}, ${name}, ${passwordHash})
    on conflict (email) do nothing returning id`;
  if (!made) throw wrongCredentials();
}

/** The visitor as the audit log keeps them, now that it is known who they are. */
export function visitingActor(
  { id, name }: Pick<Identified, "id" | "name">,
  { address, requestId }: Visitor,
  organizationId: string,
): Actor {
  return { organizationId, kind: "person", id, name, address, requestId };
}
