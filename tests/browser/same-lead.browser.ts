import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type Office, openOffice, seriousProblems } from "./office.ts";
import { openDashboard } from "./people.ts";

/** What a person of the team does when WhatsApp's news make two leads look like one. */
const DEADLINE_MS = 30_000;

let office: Office;
let desk: Page;

beforeAll(async () => {
  office = await openOffice("same-lead");
  desk = await openDashboard(await office.newContext({ width: 1440, height: 900 }), office.url);
}, 120_000);

afterAll(() => office.close(), 30_000);

/** A picture to be looked at, where PICTURES names a folder. */
async function take(name: string): Promise<void> {
  const folder = process.env["PICTURES"];
  if (folder !== undefined) await desk.screenshot({ path: `${folder}/same-lead-${name}.png` });
}

/** A chat in the list, by the name that the simulator gives a number. */
const open = (phone: string) =>
  desk.locator(".line", { hasText: `Lead ${phone.slice(-4)}` }).click();

/** Two people write, and WhatsApp says that the first one's number is now the second one's. */
async function twoThatMayBeOne(first: string, second: string): Promise<void> {
  await office.leadWrites(first, `Hi from ${first}`);
  await office.leadWrites(second, `Hi from ${second}`);
  await open(first);
  await desk.locator(".panel h2").waitFor();
  expect(await desk.locator(".same-lead").count()).toBe(0);
  await office.leadChangesNumber(first, second);
  await desk.locator(".same-lead", { hasText: `+${second}` }).waitFor();
}

test(
  "the panel names the other lead as soon as it is told, and both forget it when they are two people",
  async () => {
    await twoThatMayBeOne("15551110001", "15551110002");
    expect(await seriousProblems(desk)).toEqual([]);
    await take("offer");
    await desk.getByRole("button", { name: "Two people" }).click();
    await desk.locator(".same-lead").waitFor({ state: "detached" });
    await open("15551110002");
    await desk.locator(".panel-header", { hasText: "15551110002" }).waitFor();
    expect(await desk.locator(".same-lead").count()).toBe(0);
  },
  DEADLINE_MS,
);

test(
  "a merge is asked about once more, and then the other chat ends",
  async () => {
    await twoThatMayBeOne("15551110003", "15551110004");
    await desk.getByRole("button", { name: "Merge…" }).click();
    await desk.getByText("This cannot be undone.").waitFor();
    expect(await seriousProblems(desk)).toEqual([]);
    await take("merge");
    await desk.getByRole("button", { name: "Cancel" }).click();
    await desk.getByRole("button", { name: "Merge…" }).click();
    await desk.getByRole("button", { name: "Merge for good" }).click();
    await desk.locator(".same-lead").waitFor({ state: "detached" });
    const leads = await office.leadsOf("15551110004");
    expect(leads).toEqual(await office.leadsOf("15551110003"));
    expect(leads).toHaveLength(1);
  },
  DEADLINE_MS,
);
