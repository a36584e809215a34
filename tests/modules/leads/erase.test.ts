import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../../src/lib/ids.ts";
import { ann, noPhone } from "../../flows/world.ts";
import { createRestWorld, type Json, type RestWorld } from "../rest-world.ts";

const LEADS = "/api/v1/leads";

let rest: RestWorld;
let admin: Awaited<ReturnType<RestWorld["signIn"]>>;
beforeAll(async () => {
  rest = await createRestWorld("erase");
  admin = await rest.signIn("admin");
}, 30_000);
beforeEach(async () => {
  await rest.reset();
  await rest.world.db.rows`truncate notices, erased_opt_outs`;
});
afterAll(() => rest.close());

const erase = (id: string) => admin.ask("DELETE", `${LEADS}/${id}`);

/** Words that can come from nobody else. */
const person = {
  phone: "4917699887766",
  bsuid: "DE.99887766554433",
  name: "Zoë Quillfeather",
  username: "quillfeather",
};
const SAID = "my secret pony";
const traces = [person.phone, person.bsuid, "Quillfeather", "quillfeather", SAID, "pony@x.test"];

/** Where any of the words stands, in any column of any table, whatever its type. */
async function found(words: readonly string[]): Promise<string[]> {
  const { db } = rest.world;
  const tables = await db.rows<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const hits: string[] = [];
  for (const { name } of tables) {
    for (const word of words) {
      const hex = Buffer.from(word).toString("hex");
      const rows = await db.rows`
        select 1 from ${db.fragment(`"${name}"`)} t
        where strpos(to_jsonb(t)::text, ${word}) > 0 or strpos(to_jsonb(t)::text, ${hex}) > 0
        limit 1`;
      if (rows.length > 0) hits.push(`${name}: ${word}`);
    }
  }
  return hits;
}

/** Everything that the product writes down about one person. */
async function wholeStory(): Promise<string> {
  const { world } = rest;
  const { db, organizationId } = world;
  const think = world.think;
  world.think = async () => ({
    kind: "reply",
    decision: { ...(await import("../../flows/world.ts")).decision, situation: SAID },
    text: `About ${SAID}`,
  });
  await world.receive({
    from: person,
    text: SAID,
    raw: { from: person.phone, text: { body: SAID } },
    referral: { source_id: "ad-1", headline: SAID },
  });
  const chat = await world.conversation();
  await world.turn(chat.id);
  await world.deliver();
  await world.receive({ from: person, text: SAID });
  await world.turn(chat.id);
  world.think = think;
  const ctaId = newId();
  await db.rows`insert into ctas (organization_id, id, kind, name, description)
    values (${organizationId}, ${ctaId}, 'call', 'Call', 'A call')`;
  await db.rows`
    insert into bookings (organization_id, id, conversation_id, cta_id, requested_time, note, status)
    values (${organizationId}, ${newId()}, ${chat.id}, ${ctaId}, ${SAID}, ${SAID}, 'initiated')`;
  await db.rows`update conversations set summary = ${SAID}, follow_up_at = now() + interval '1 hour'`;
  await db.rows`update turns set error = ${SAID}, gate = ${SAID}`;
  await db.rows`
    insert into notices (id, organization_id, field, raw, digest)
    values (${newId()}, ${organizationId}, 'unidentified', ${db.json({ wa_id: person.phone })}, 'd')`;
  await db.rows`
    insert into dead_letters (id, organization_id, stream, origin, entry, reason, error_class, tries,
      first_seen_at, last_seen_at)
    values (${newId()}, ${organizationId}, 'inbound', 'o',
      convert_to(${JSON.stringify({ from: person.phone, text: SAID })}, 'UTF8'), 'r', 'poison', 1,
      now(), now())`;
  await db.rows`
    insert into dead_letters (id, organization_id, stream, origin, entry, edited_entry, subject_id,
      reason, error_class, tries, first_seen_at, last_seen_at)
    values (${newId()}, ${organizationId}, 'inbound', 'corrected', '\\x7b7d',
      convert_to(${JSON.stringify({ from: person.phone })}, 'UTF8'), null, 'r', 'poison', 1,
      now(), now()), (${newId()}, ${organizationId}, 'turns', 'turn', '\\x7b7d', null, ${chat.id},
      ${SAID}, 'poison', 5, now(), now())`;
  const path = `${LEADS}/${chat.leadId}`;
  const key = { "idempotency-key": newId() };
  await admin.ask("PATCH", path, {
    name: person.name,
    email: "pony@x.test",
    company: SAID,
    fields: { wish: SAID },
  });
  await admin.ask("POST", `${path}/tags`, { add: [SAID] }, key);
  await admin.ask("POST", `${path}/notes`, { text: SAID }, { "idempotency-key": newId() });
  await admin.ask("POST", `/api/v1/conversations/${chat.id}/takeover`);
  await admin.ask(
    "POST",
    `/api/v1/conversations/${chat.id}/messages`,
    { text: `Dear ${person.name}` },
    { "idempotency-key": newId() },
  );
  return chat.leadId;
}

describe("erasing a lead", () => {
  test("leaves no word of them in any table, and every row that counts", async () => {
    const leadId = await wholeStory();
    const places = new Set((await found(traces)).map((hit) => hit.split(":")[0]));
    // The search below is worth something only if it finds them where they are.
    for (const table of [
      ...["leads", "lead_identities", "lead_notes", "conversations", "messages", "turns"],
      ...["bookings", "notices", "dead_letters", "audit_log", "idempotency_keys", "stage_changes"],
    ]) {
      expect([table, places.has(table)]).toEqual([table, true]);
    }
    const counted = async () =>
      (
        await rest.world.db.rows`
          select (select count(*) from leads)::int as leads,
            (select count(*) from conversations)::int as conversations,
            (select count(*) from messages)::int as messages,
            (select count(*) from turns)::int as turns,
            (select count(*) from bookings)::int as bookings`
      )[0];
    const before = await counted();
    expect((await erase(leadId)).status).toBe(204);
    expect(await found(traces)).toEqual([]);
    expect(await counted()).toEqual(before);
  });

  test("is known to have happened, by whom, and to whom it happened no more", async () => {
    const leadId = await wholeStory();
    await erase(leadId);
    const { data } = (await admin.ask("GET", `/api/v1/audit?resource=lead&resourceId=${leadId}`))
      .body;
    expect(data[0]).toMatchObject({ action: "lead.erased", actor: { id: admin.userId } });
    expect(data.length).toBeGreaterThan(2);
    for (const row of data) expect([row.before, row.after]).toEqual([null, null]);
  });

  test("makes it missing for every request, a second erasure included", async () => {
    const leadId = await wholeStory();
    await erase(leadId);
    const answers = [
      await erase(leadId),
      await admin.ask("GET", `${LEADS}/${leadId}`),
      await admin.ask("PATCH", `${LEADS}/${leadId}`, { name: "Back" }),
      await admin.ask("GET", `${LEADS}/${leadId}/timeline`),
      await admin.ask("GET", `${LEADS}/${leadId}/notes`),
    ];
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(404));
    expect((await admin.ask("GET", LEADS)).body.data).toEqual([]);
    expect((await admin.ask("GET", "/api/v1/conversations")).body.data).toEqual([]);
  });

  test("tells the dashboards to drop it", async () => {
    const leadId = await wholeStory();
    await erase(leadId);
    const told = (await rest.events()).filter(({ entityId }) => entityId === leadId).at(-1);
    expect(told).toMatchObject({ kind: "lead.updated", data: { name: null, phones: [] } });
    expect(told.data.erasedAt).toBeString();
  });

  test("sends nothing that was queued, nor follows up", async () => {
    const leadId = await wholeStory();
    const sent = rest.world.sends.length;
    await erase(leadId);
    await rest.world.deliver();
    rest.world.clock.setOffsetMs(7_200_000);
    await rest.world.sweep();
    expect(rest.world.sends).toHaveLength(sent);
    const open = await rest.world.db.rows`
      select 1 from messages where state in ('queued', 'sending')`;
    expect(open).toEqual([]);
    const [chat] = await rest.world.conversations();
    expect(chat?.followUpAt).toBeNull();
  });

  test("lets a turn that was thinking write nothing", async () => {
    await rest.world.receive({ from: person, text: SAID });
    const { leadId, id } = await rest.world.conversation();
    const think = rest.world.think;
    rest.world.think = async (context, run) => {
      await erase(leadId);
      const thought = await think(context, run);
      return { ...thought, text: SAID };
    };
    await rest.world.turn(id);
    rest.world.think = think;
    expect(rest.world.dispositions.at(-1)).toBe("lost");
    expect(await found(traces)).toEqual([]);
  });

  test("lets a status that comes late bring nothing back", async () => {
    await rest.world.receive({ from: person, text: SAID });
    const { leadId, id } = await rest.world.conversation();
    await rest.world.turn(id);
    const wamid = `wamid.${person.phone}`;
    rest.world.send = () => ({ kind: "accepted", wamid });
    await rest.world.deliver();
    const [reply] = await rest.world.outgoing();
    await erase(leadId);
    await rest.world.receipt({ wamid, status: "read", callbackData: `${reply?.id}:1` });
    rest.world.send = () => ({ kind: "accepted", wamid: newId() });
    await rest.world.db.rows`truncate parked_receipts`;
    expect(await found(traces)).toEqual([]);
  });

  test("goes on to the leads that were merged into it", async () => {
    await rest.world.receive({ from: { ...person, bsuid: null } });
    await rest.world.receive({ from: { ...noPhone, name: person.name } });
    const [one, two] = await rest.world.conversations();
    await admin.ask("POST", `${LEADS}/${two?.leadId}/merge`, { intoId: one?.leadId });
    expect((await erase(two?.leadId ?? "")).body.code).toBe("conflict");
    expect((await erase(one?.leadId ?? "")).status).toBe(204);
    expect(await found([...traces, noPhone.bsuid])).toEqual([]);
    expect((await admin.ask("GET", `${LEADS}/${two?.leadId}`)).status).toBe(404);
  });

  test("refuses a repeat of what made it, rather than making it again", async () => {
    const key = { "idempotency-key": newId() };
    const { body } = await admin.ask("POST", LEADS, { name: person.name }, key);
    await erase(body.id);
    const again = await admin.ask("POST", LEADS, { name: person.name }, key);
    expect(again.body.code).toBe("idempotency_key_reused");
  });

  test("is for owners and admins", async () => {
    const agent = await rest.signIn("agent");
    const { body } = await agent.ask("DELETE", `${LEADS}/${newId()}`);
    expect(body.code).toBe("forbidden");
  });
});

describe("who writes again after being erased", () => {
  test("is a new lead, whom the bot answers", async () => {
    await rest.world.receive({ from: person });
    const { leadId } = await rest.world.conversation();
    await erase(leadId);
    await rest.world.receive({ from: person });
    const [, fresh] = await rest.world.conversations();
    expect(fresh?.leadId).not.toBe(leadId);
    await rest.world.turn(String(fresh?.id));
    expect(rest.world.dispositions.at(-1)).toBe("replied");
  });

  test("is not answered by the bot after having said stop, until they say start", async () => {
    await rest.world.receive({ from: person, text: "STOP" });
    await erase((await rest.world.conversation()).leadId);
    expect(await found(traces)).toEqual([]);
    await rest.world.receive({ from: { ...person, bsuid: null } });
    const fresh = (await rest.world.conversations()).at(-1);
    expect(fresh).toMatchObject({ attentionReason: "opted_out_lead_wrote", wakeSeq: 0 });
    await rest.world.receive({ from: person, text: "START" });
    expect((await rest.world.conversations()).at(-1)?.optedOutAt).toBeNull();
    await erase(String(fresh?.leadId));
    const kept = await rest.world.db.rows`select 1 from erased_opt_outs`;
    expect(kept).toEqual([]);
  });

  test("at the moment of it leaves none of the message with the erased lead", async () => {
    for (let round = 0; round < 10; round += 1) {
      await rest.reset();
      await rest.world.receive({ from: ann });
      const { leadId, id } = await rest.world.conversation();
      await Promise.all([
        erase(leadId),
        ...Array.from({ length: 6 }, () => rest.world.receive({ from: ann, text: SAID })),
      ]);
      const left: Json[] = await rest.world.db.rows`
        select 1 from messages where conversation_id = ${id} and text is not null`;
      expect(left).toEqual([]);
      const named: Json[] = await rest.world.db.rows`
        select 1 from leads where id = ${leadId} and (name is not null or phones <> '')`;
      expect(named).toEqual([]);
    }
  }, 60_000);
});
