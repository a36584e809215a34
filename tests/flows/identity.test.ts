import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { applyUserIdUpdates, type UserIdNotice } from "../../src/flows/identity/change-user-id.ts";
import { newId } from "../../src/lib/ids.ts";
import { phoneKey } from "../../src/whatsapp/phone-variants.ts";
import { newPerson, said, type Writer, words } from "./said.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld("identity");
});
afterAll(() => world.close());

const receive = async (...items: ReturnType<typeof said>[]) => {
  for (const item of items) await world.receive(item);
};
const hello = (writer: Writer) => said(writer, words("Hello"));
const newPhone = () => newPerson().phone;
const newBsuid = () => newPerson().bsuid;

/** The living leads that are known by one of these today. */
async function leadsOf(...values: (string | null)[]) {
  const rows = await world.db.rows<{ leadId: string }>`
    select distinct lead_id from lead_identities
    where value = any(${values.filter((value) => value !== null)}::text[]) and ended_at is null`;
  return rows.map(({ leadId }) => leadId);
}
const factsOf = (leadId: string | undefined) => world.db.rows<{ value: string; isOver: boolean }>`
  select value, ended_at is not null as is_over from lead_identities
  where lead_id = ${leadId ?? newId()} and kind <> 'username' order by started_at, value`;
const leadOf = (leadId: string | undefined) =>
  world.db.first<{
    phones: string;
    maybeSameAs: string | null;
  }>`select phones, maybe_same_as from leads where id = ${leadId ?? newId()}`;
async function chatOf(leadId: string | undefined) {
  return await world.db.first<{ phone: string | null; bsuid: string | null; texts: string[] }>`
    select c.phone, c.bsuid, array(select coalesce(text, kind) from messages m
      where m.conversation_id = c.id order by m.seq) as texts
    from conversations c where c.lead_id = ${leadId ?? newId()}`;
}
const system = (from: Writer, fields: Record<string, unknown>) =>
  said(from, { type: "system", system: { body: "Ann changed", ...fields } });
const updateNotice = (previous: string, current: string, over: object = {}): UserIdNotice => ({
  organizationId: world.organizationId,
  integrationId: null,
  wabaId: "waba",
  raw: { field: "user_id_update", value: { user_id: { previous, current }, ...over } },
});

describe("one lead, whatever it shows of itself", () => {
  test.each([
    ["missing", undefined],
    ["null", null],
    ["empty", ""],
  ])("phone, then both, then the BSUID alone, the phone %s", async (_how, from) => {
    const { phone, bsuid } = newPerson();
    await receive(hello({ phone, bsuid: null }), hello({ phone, bsuid }));
    await receive(said({ phone: null, bsuid }, { ...words("Hi"), from }));
    const [leadId, ...others] = await leadsOf(phone, bsuid);
    expect(others).toEqual([]);
    expect((await chatOf(leadId))?.texts).toEqual(["Hello", "Hello", "Hi"]);
  });

  test.each([
    ["Brazil", "55119", "5511", "87654321"],
    ["Mexico", "521", "52", "5587654321"],
    ["Argentina", "549", "54", "1187654321"],
  ])("both spellings of a number in %s", async (_country, long, short, rest) => {
    await receive(hello({ phone: `${long}${rest}`, bsuid: null }));
    await receive(hello({ phone: `${short}${rest}`, bsuid: null }));
    const [leadId, ...others] = await leadsOf(`${long}${rest}`, `${short}${rest}`);
    expect(others).toEqual([]);
    expect(await chatOf(leadId)).toMatchObject({
      phone: `${short}${rest}`,
      texts: ["Hello", "Hello"],
    });
  });

  test("both spellings in one batch", async () => {
    await world.receive(
      hello({ phone: "5511998765432", bsuid: null }),
      hello({ phone: "551198765432", bsuid: null }),
    );
    expect(await leadsOf("5511998765432", "551198765432")).toHaveLength(1);
  });

  test("invariant 33: both spellings at the same instant, in two batches", async () => {
    for (let round = 10; round < 30; round += 1) {
      const [long, short] = [`55119987654${round}`, `5511987654${round}`];
      await Promise.all([
        receive(hello({ phone: long, bsuid: null })),
        receive(hello({ phone: short, bsuid: null })),
      ]);
      const [leadId, ...others] = await leadsOf(long, short);
      expect(others).toEqual([]);
      expect((await chatOf(leadId))?.texts).toEqual(["Hello", "Hello"]);
    }
  });

  test("the database has one key for all spellings, and it is the rules'", async () => {
    const numbers = ["55", "52", "54", "1", "521", "549", "5511", "55119", "551199"].flatMap(
      (start) =>
        ["1187654321", "187654321", "87654321", "7654321", "98765432101"].map((end) => start + end),
    );
    const [definition] = await world.db.rows<{ key: string }>`
      select pg_get_indexdef('lead_identities_phone_key'::regclass, 2, true) as key`;
    const rows = await world.db.rows<{ value: string; key: string }>`
      select value, ${world.db.fragment(definition?.key ?? "")} as key
      from unnest(${numbers}::text[]) value`;
    expect(rows.map(({ value, key }) => [value, key])).toEqual(
      numbers.map((number) => [number, phoneKey(number)]),
    );
  });

  test("usernames are remembered, and find nobody", async () => {
    const { bsuid } = newPerson();
    const named = (username: string) => ({
      ...hello({ phone: null, bsuid }),
      from: { phone: null, bsuid, username, name: null },
    });
    await receive(named("ann.one"), named("ann.two"), named("ann.two"));
    const names = await world.db.rows<{ value: string; isOver: boolean }>`
      select value, ended_at is not null as is_over from lead_identities
      where kind = 'username' and value like 'ann.%' order by started_at`;
    expect(names).toEqual([
      { value: "ann.one", isOver: true },
      { value: "ann.two", isOver: false },
    ]);
    const other = { phone: null, bsuid: newBsuid(), username: "ann.two", name: null };
    await receive({ ...hello(other), from: other });
    expect(await leadsOf(bsuid, other.bsuid)).toHaveLength(2);
  });
});

describe("two people are never joined", () => {
  test("invariant 33: a number given to somebody new, who has another BSUID, is theirs from then on", async () => {
    const old = newPerson();
    const fresh = { phone: old.phone, bsuid: newBsuid() };
    await receive(hello(old), hello(fresh), hello(fresh));
    const [before] = await leadsOf(old.bsuid);
    const [after] = await leadsOf(fresh.bsuid);
    expect(before).not.toBe(after);
    expect((await chatOf(before))?.texts).toEqual(["Hello"]);
    expect((await chatOf(after))?.texts).toEqual(["Hello", "Hello"]);
    expect(await leadOf(before)).toMatchObject({ phones: "", maybeSameAs: after ?? "" });
    expect(await leadOf(after)).toMatchObject({ phones: old.phone, maybeSameAs: before ?? "" });
  });

  test("a lead of a BSUID and one of a phone turn up together: an offer, made once", async () => {
    const { phone, bsuid } = newPerson();
    await receive(hello({ phone, bsuid: null }), hello({ phone: null, bsuid }));
    const [byPhone] = await leadsOf(phone);
    const [byBsuid] = await leadsOf(bsuid);
    await receive(hello({ phone, bsuid }));
    expect(await leadsOf(phone, bsuid)).toEqual([byBsuid ?? ""]);
    expect(await leadOf(byPhone)).toEqual({ phones: "", maybeSameAs: byBsuid ?? "" });
    await world.db.rows`update leads set maybe_same_as = null`;
    await receive(hello({ phone, bsuid }));
    expect((await leadOf(byBsuid))?.maybeSameAs).toBeNull();
  });
});

describe("user_changed_number", () => {
  test("the lead goes on under its new number, its chat too", async () => {
    const phone = newPhone();
    const next = newPhone();
    await receive(hello({ phone, bsuid: null }));
    const [leadId] = await leadsOf(phone);
    await receive(
      system({ phone, bsuid: null }, { type: "user_changed_number", wa_id: next }),
      hello({ phone: next, bsuid: null }),
    );
    expect(await factsOf(leadId)).toEqual([
      { value: phone, isOver: true },
      { value: next, isOver: false },
    ]);
    expect(await leadOf(leadId)).toEqual({ phones: next, maybeSameAs: null });
    expect(await chatOf(leadId)).toMatchObject({
      phone: next,
      texts: ["Hello", "system", "Hello"],
    });
  });

  test("a number that another lead has: offered on both, nothing joined, once", async () => {
    const phone = newPhone();
    const next = newPhone();
    await receive(hello({ phone, bsuid: null }), hello({ phone: next, bsuid: null }));
    const [ann] = await leadsOf(phone);
    const [other] = await leadsOf(next);
    const change = system({ phone, bsuid: null }, { type: "user_changed_number", wa_id: next });
    await receive(change);
    expect((await leadOf(ann))?.maybeSameAs).toBe(other ?? "");
    expect((await leadOf(other))?.maybeSameAs).toBe(ann ?? "");
    expect((await chatOf(other))?.texts).toEqual(["Hello"]);
    await world.db.rows`update leads set maybe_same_as = null`;
    await receive(change);
    expect((await leadOf(ann))?.maybeSameAs).toBeNull();
  });

  test("of a stranger makes no lead, and is kept", async () => {
    const phone = newPhone();
    const change = system({ phone, bsuid: null }, { type: "user_changed_number", wa_id: "1555" });
    await receive(change);
    expect(await leadsOf(phone)).toEqual([]);
    const kept = await world.db.rows<{ raw: { id: string } }>`
      select raw from notices where field = 'system'`;
    expect(kept.map(({ raw }) => raw.id)).toContain(change.wamid);
  });

  test("in the batch of the lead's first message counts too", async () => {
    const phone = newPhone();
    const next = newPhone();
    const change = system({ phone, bsuid: null }, { type: "user_changed_number", wa_id: next });
    await world.receive(change, hello({ phone, bsuid: null }));
    const [leadId] = await leadsOf(next);
    expect((await chatOf(leadId))?.texts).toEqual(["Hello", "system"]);
  });
});

describe("user_changed_user_id", () => {
  const change = (from: Writer, to: Partial<Writer>) =>
    system(from, { type: "user_changed_user_id", user_id: to.bsuid, wa_id: to.phone });

  test.each(["old", "new"])("under the %s ids moves both to the same lead", async (under) => {
    const [old, next] = [newPerson(), newPerson()];
    await receive(hello(old));
    const [leadId] = await leadsOf(old.bsuid);
    const from = under === "old" ? old : { phone: old.phone, bsuid: next.bsuid };
    await receive(change(from, next), hello(next));
    expect(await leadsOf(next.bsuid, next.phone)).toEqual([leadId ?? ""]);
    expect(await leadsOf(old.bsuid, old.phone)).toEqual([]);
    expect(await chatOf(leadId)).toEqual({
      phone: next.phone,
      bsuid: next.bsuid,
      texts: ["Hello", "system", "Hello"],
    });
  });

  test("a late message under the old id is the same lead's, and changes no address", async () => {
    const [old, next] = [newPerson(), newPerson()];
    const late = hello(old);
    await receive(hello(old), change(old, next), late);
    const [leadId, ...others] = await leadsOf(next.bsuid, old.bsuid, old.phone);
    expect(others).toEqual([]);
    expect(await chatOf(leadId)).toEqual({
      phone: next.phone,
      bsuid: next.bsuid,
      texts: ["Hello", "system", "Hello"],
    });
  });
});

describe("user_id_update", () => {
  const apply = (...notices: UserIdNotice[]) => applyUserIdUpdates(world.db, notices);

  test("moves the lead to its new BSUID, tells it, and does nothing the second time", async () => {
    const ann = newPerson();
    const next = newBsuid();
    await receive(hello(ann));
    const [leadId] = await leadsOf(ann.bsuid);
    const events = await apply(updateNotice(ann.bsuid, next));
    expect(events).toMatchObject([{ kind: "lead.updated", entityId: leadId ?? "" }]);
    expect(await leadsOf(next)).toEqual([leadId ?? ""]);
    expect(await leadsOf(ann.bsuid)).toEqual([]);
    expect((await chatOf(leadId))?.bsuid).toBe(next);
    expect(await apply(updateNotice(ann.bsuid, next))).toEqual([]);
  });

  test.each([
    ["in order", [0, 1]],
    ["the newer first", [1, 0]],
    ["the newer first, and all twice", [1, 0, 0, 1, 1, 0]],
  ])("two in a row end at the newest: %s", async (_name, order) => {
    const ann = newPerson();
    const [second, third] = [newBsuid(), newBsuid()];
    await receive(hello(ann));
    const [leadId] = await leadsOf(ann.bsuid);
    const notices = [updateNotice(ann.bsuid, second), updateNotice(second, third)];
    for (const at of order) await apply(...notices.slice(at, at + 1));
    expect(await leadsOf(third)).toEqual([leadId ?? ""]);
    expect(await leadsOf(ann.bsuid, second)).toEqual([]);
  });

  test.each(["old", "new"])(
    "told before the lead's first message, under the %s id",
    async (under) => {
      const ann = newPerson();
      const next = newBsuid();
      await apply(updateNotice(ann.bsuid, next));
      const [first, then] = under === "old" ? [ann.bsuid, next] : [next, ann.bsuid];
      await receive(hello({ phone: null, bsuid: first }), hello({ phone: null, bsuid: then }));
      const leads = await world.db.rows`
      select distinct lead_id from lead_identities where value in (${ann.bsuid}, ${next})`;
      expect(leads).toHaveLength(1);
    },
  );

  test("told after the new id has become a lead of its own: an offer, nothing joined", async () => {
    const ann = newPerson();
    const next = newPerson();
    await receive(hello(ann), hello(next));
    const [before] = await leadsOf(ann.bsuid);
    const [after] = await leadsOf(next.bsuid);
    await apply(updateNotice(ann.bsuid, next.bsuid));
    expect((await leadOf(before))?.maybeSameAs).toBe(after ?? "");
    expect((await leadOf(after))?.maybeSameAs).toBe(before ?? "");
  });

  test("a phone that comes with it is the lead's", async () => {
    const bsuid = newBsuid();
    const [next, phone] = [newBsuid(), newPhone()];
    await receive(hello({ phone: null, bsuid }));
    await apply(updateNotice(bsuid, next, { wa_id: phone }));
    expect(await leadsOf(phone)).toEqual(await leadsOf(next));
  });

  test.each([
    {},
    { user_id: null },
    { user_id: { previous: "US.1" } },
    { user_id: { previous: "US.1", current: "US.1" } },
    { user_id: { previous: "", current: 7 } },
  ])("%j moves nobody", async (value) => {
    const notice = { ...updateNotice("US.1", "US.2"), raw: { field: "user_id_update", value } };
    expect(await apply(notice)).toEqual([]);
  });

  test("reaches only the organization and account it is about", async () => {
    const ann = newPerson();
    await receive(hello(ann));
    const [leadId] = await leadsOf(ann.bsuid);
    await apply({ ...updateNotice(ann.bsuid, newBsuid()), wabaId: "another" });
    await apply({ ...updateNotice(ann.bsuid, newBsuid()), organizationId: newId() });
    expect(await leadsOf(ann.bsuid)).toEqual([leadId ?? ""]);
  });
});

describe("a phone number shared on request", () => {
  const card = (phone: string, origin: string) => ({
    type: "contacts",
    contacts: [{ name: { formatted_name: "Ann" }, phones: [{ phone: `+${phone}` }], origin }],
  });

  test("is the sender's", async () => {
    const ann = { phone: null, bsuid: newBsuid() };
    const phone = newPhone();
    await receive(hello(ann), said(ann, card(phone, "contact_request")));
    const [leadId] = await leadsOf(ann.bsuid);
    expect(await leadsOf(phone)).toEqual([leadId ?? ""]);
    expect(await leadOf(leadId)).toMatchObject({ phones: phone });
    expect((await chatOf(leadId))?.phone).toBe(phone);
  });

  test("of another lead is offered, not taken, and a redelivery offers nothing again", async () => {
    const ann = { phone: null, bsuid: newBsuid() };
    const bob = { phone: newPhone(), bsuid: null };
    const shared = said(ann, card(bob.phone, "contact_request"));
    await receive(hello(ann), hello(bob), shared);
    const [annId] = await leadsOf(ann.bsuid);
    const [bobId] = await leadsOf(bob.phone);
    expect(annId).not.toBe(bobId);
    expect((await leadOf(annId))?.maybeSameAs).toBe(bobId ?? "");
    await world.db.rows`update leads set maybe_same_as = null`;
    await receive(shared);
    expect((await leadOf(annId))?.maybeSameAs).toBeNull();
  });

  test("a card of anybody else is just a card", async () => {
    const ann = { phone: null, bsuid: newBsuid() };
    const phone = newPhone();
    await receive(said(ann, card(phone, "other")));
    expect(await leadsOf(phone)).toEqual([]);
  });
});
