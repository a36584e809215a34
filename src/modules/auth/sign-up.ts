import { defaultSequenceInsert } from "../../db/queries/default-sequence.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Change } from "../mutate.ts";
import {
  accountOf,
  type Identified,
  identify,
  keepPerson,
  type Visitor,
  visitingActor,
  wrongCredentials,
} from "./identify.ts";
import type { SignUpBody } from "./model.ts";
import { requireDecent } from "./passwords.ts";
import { type AuthServiceDeps, type Opened, open } from "./service.ts";
import { startSession } from "./sessions.ts";

export interface SignUpDeps extends AuthServiceDeps {
  /** Whether strangers may make organizations here. */
  signUp: boolean;
}

/**
 * Makes an organization with its owner and signs them in. Whoever has an account proves it by its
 * password (decision 0010). Fails with `forbidden` where sign-up is off, `unauthenticated` as a sign-in
 * does, `invalid_input` and `too_many_requests`.
 */
export async function signUp(
  deps: SignUpDeps,
  body: SignUpBody,
  visitor: Visitor,
): Promise<Opened> {
  const { mutate, limits } = deps;
  if (!deps.signUp) {
    throw new AppError("forbidden", "Sign-up is off here: ask somebody of the team to invite you.");
  }
  const email = accountOf(body.email);
  // Asked of everybody alike, so that the answer does not tell who has an account.
  requireDecent(body.password, email);
  await limits.signUp(visitor.address);
  const { name, password } = body;
  const person = await identify(deps, { email, name, password }, visitor);
  const organizationId = newId();
  const actor = visitingActor(person, visitor, organizationId);
  const session = await mutate(actor, async (change) => {
    await keepPerson(change, person);
    await makeOrganization(change, organizationId, body.organizationName.trim(), person);
    await makeFirstOperator(change, person);
    const started = await startSession(change, person, organizationId, visitor);
    if (!started) throw wrongCredentials();
    return started;
  });
  return await open(deps, session);
}

async function makeOrganization(
  change: Change,
  organizationId: string,
  name: string,
  { id: userId, email, isNew }: Identified,
): Promise<void> {
  await change.rows`
    with made as (
      insert into organizations (id, name) values (${organizationId}, ${name}) returning id
    )
    ${change.fragment(defaultSequenceInsert("made"))}`;
  await change.rows`
    insert into memberships (organization_id, user_id, role)
    values (${organizationId}, ${userId}, 'owner')`;
  change.audit({
    action: "organization.created",
    resourceId: organizationId,
    after: { name, owner: { id: userId, email, isNew } },
  });
}

/** Somebody has to run the installation: the first one who comes, as long as nobody does. */
async function makeFirstOperator(change: Change, { id, email }: Identified): Promise<void> {
  const operator = await change.first`select 1 from operators limit 1`;
  if (operator) return;
  // Two who are first at once go one after the other; readers are not held up.
  await change.rows`lock table operators in share row exclusive mode`;
  const made = await change.first`
    insert into operators (user_id) select ${id} where not exists (select 1 from operators)
    returning user_id`;
  if (!made) return;
  change.audit({
    action: "operator.made",
    resourceId: id,
    after: { email, because: "the first to sign up" },
    organizationId: null,
  });
}
