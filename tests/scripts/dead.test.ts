import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../../src/lib/ids.ts";
import { sleep } from "../../src/lib/sleep.ts";
import { lettersOf } from "../flows/letters.ts";
import { ann, createWorld, type World } from "../flows/world.ts";
import { runDead } from "../support/dead-command.ts";
import { tempDir } from "../support/servers.ts";

let world: World;
let letters: ReturnType<typeof lettersOf>;
let folder: string;
beforeAll(async () => {
  world = await createWorld("dead-command");
  letters = lettersOf(world);
  folder = tempDir("dead");
}, 30_000);
beforeEach(async () => {
  await world.db.rows`truncate dead_letters, audit_log`;
  letters.appended.length = 0;
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await world.close();
});

const words = ["Ann", "4111 1111", "14155550100", "wamid."];
const entry = (over: object = {}) => ({
  v: 1,
  organizationId: world.organizationId,
  integrationId: world.integrationId,
  receivedAt: "2026-11-22T12:00:00.000Z",
  requestId: newId(),
  item: {
    v: 1,
    kind: "message",
    wamid: "wamid.1",
    type: "text",
    text: "I am Ann, my card is 4111 1111 1111 1111",
    sentAt: "2026-11-22T12:00:00.000Z",
    replyToWamid: null,
    from: ann,
    referral: null,
    raw: { type: "text" },
    altered: false,
    ...over,
  },
});
const bury = async (stream = "inbound", content: unknown = entry()) =>
  String(await letters.bury(stream, content));
const dead = (...args: string[]) => runDead(world.url, args);
const state = async (id: string) => JSON.parse((await dead("show", id, "--json")).stdout).state;

/** As a scheduler beside the command would. */
async function whileReplaying<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await letters.pass();
    await sleep(50);
  }
  return await ended;
}

describe("bun run dead", () => {
  test("lists, narrowed by each filter, in lines that fit and without anybody's words", async () => {
    const [turn, message] = [await bury("turns", { v: 1 }), await bury()];
    const all = await dead("list");
    expect(all).toMatchObject({ exitCode: 0, stderr: "" });
    expect(all.stdout.indexOf(message)).toBeLessThan(all.stdout.indexOf(turn));
    expect(all.stdout).toEndWith("2 letters.\n");
    for (const line of all.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    for (const word of words) expect(all.stdout).not.toContain(word);
    const ids = async (...filter: string[]) =>
      JSON.parse((await dead("list", "--json", ...filter)).stdout).map(
        ({ id }: { id: string }) => id,
      );
    expect(await ids("--stream", "turns")).toEqual([turn]);
    expect(await ids("--limit", "1")).toEqual([message]);
    expect(await ids("--state", "replayed")).toEqual([]);
    expect(await ids("--organization", newId())).toEqual([]);
    expect(await ids("--class", "poison", "--from", "2020-01-01T00:00:00Z")).toHaveLength(2);
    expect(await ids("--to", "2020-01-01T00:00:00Z")).toEqual([]);
  }, 60_000);

  test("shows a letter masked, in words, as JSON and its entry alone", async () => {
    const id = await bury();
    const shown = await Promise.all([
      dead("show", id),
      dead("show", id, "--json"),
      dead("show", id, "--entry"),
    ]);
    for (const { stdout, exitCode } of shown) {
      expect(exitCode).toBe(0);
      for (const word of words) expect(stdout).not.toContain(word);
    }
    expect(JSON.parse(shown[1].stdout)).toMatchObject({ id, entry: { kind: "json" } });
    expect(JSON.parse(shown[2].stdout).item.text).toBe("••• (40 characters)");
  }, 60_000);

  test("replays one, says when it is done, and is in the audit log by name", async () => {
    const id = await bury();
    const done = await whileReplaying(dead("replay", id));
    expect(done).toEqual({ stdout: `Replayed: ${id}\n`, stderr: "", exitCode: 0 });
    expect(letters.appended).toMatchObject([{ stream: "inbound", entry: { replayOf: id } }]);
    const again = await dead("replay", id);
    expect(again).toMatchObject({ stdout: "", exitCode: 1 });
    expect(again.stderr).toMatch(/^It was already replayed at /);
    const audit = await world.db.rows`select * from audit_log`;
    expect(audit).toMatchObject([
      {
        actorKind: "operator",
        actorId: "olga",
        actorName: expect.stringMatching(/^olga@/),
        action: "dead_letter.replay_asked",
        organizationId: world.organizationId,
        resourceId: id,
      },
    ]);
  }, 60_000);

  test("replays what was corrected in a file, and names the field that is wrong", async () => {
    const id = await bury("inbound", entry({ sentAt: 12 }));
    const file = join(folder, "entry.json");
    const shown = (await dead("show", id, "--entry")).stdout;
    await Bun.write(file, shown);
    const wrong = await dead("replay", id, "--edit", file);
    expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("/item/sentAt") });
    await Bun.write(file, shown.replace('"sentAt": 12', '"sentAt": "2026-11-22T12:00:00.000Z"'));
    expect((await whileReplaying(dead("replay", id, "--edit", file))).exitCode).toBe(0);
    expect(letters.appended).toMatchObject([{ entry: { item: entry().item } }]);
    expect((await dead("replay", id, "--edit", join(folder, "none"))).exitCode).toBe(1);
  }, 60_000);

  test("replays by a filter at a pace, and stops", async () => {
    const ids = [await bury(), await bury(), await bury("turns", { v: 1 })];
    const asked = await dead("replay", "--stream", "inbound", "--pace", "0.1");
    expect(asked).toMatchObject({ exitCode: 0, stderr: "" });
    expect(asked.stdout).toStartWith("2 letters are scheduled, the last for 20");
    await letters.pass();
    expect((await dead("stop")).stdout).toBe("1 letter waits again.\n");
    expect(await Promise.all(ids.map(state))).toEqual(["replayed", "waiting", "waiting"]);
  }, 60_000);

  test("discards with a reason", async () => {
    const id = await bury();
    expect(await dead("discard", id, "--reason", "Test traffic")).toMatchObject({ exitCode: 0 });
    expect((await dead("show", id)).stdout).toMatch(/Discarded .* by olga@\S+:\s+Test traffic/);
    expect((await dead("discard", newId(), "--reason", "Test traffic")).exitCode).toBe(1);
  }, 60_000);

  test.each([
    ["no such command", ["shw"]],
    ["no id", ["show"]],
    ["an id that is none", ["show", "1"]],
    ["a state that is none", ["list", "--state", "gone"]],
    ["a filter without a pace", ["replay", "--stream", "inbound"]],
    ["nothing to replay", ["replay"]],
    ["too fast a pace", ["replay", "--pace", "51"]],
    ["no reason", ["discard", "01a2214a-a841-776f-a73b-e2c71cc648f2"]],
    ["an option of another command", ["show", "--pace", "1"]],
  ])("does nothing for what it does not understand: %s", async (_, args) => {
    const { exitCode, stdout, stderr } = await dead(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toEndWith("All there is: bun run dead help\n");
  });

  test("helps when it is asked nothing", async () => {
    expect(await dead()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("--pace") });
  });
});
