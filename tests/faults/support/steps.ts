import { eventually } from "../../support/wait.ts";
import type { Stack } from "./stack.ts";

/** Longer than whatever follows may take to be noticed. */
const LONG_MS = 1_500;

const writeNew = async (stack: Stack): Promise<string> => {
  const lead = stack.newLead();
  await stack.meta.write(lead);
  return lead;
};

async function setQuiet({ db }: Stack, quietMs: number): Promise<void> {
  await db.rows`update organizations set quiet_ms = ${quietMs}, quiet_cap_ms = ${quietMs * 5}`;
}

export const hasTurn = ({ db }: Stack, lead: string): Promise<boolean> =>
  db.rows`select 1 from turns t join conversations c on c.id = t.conversation_id
    where c.phone = ${lead} and t.disposition is null`.then((rows) => rows.length > 0);

/** Each brings a text of somebody new so far and no further, for a second and a half. */
export const steps = {
  /** The readers wait in BLOCK; what matters is what comes next. */
  "nothing to do": async () => undefined,
  "a turn is due": async (stack) => {
    await setQuiet(stack, LONG_MS);
    const lead = await writeNew(stack);
    await eventually(
      () => stack.db.first`select 1 from conversations where phone = ${lead} and wake_seq = 1`,
      { everyMs: 5 },
    );
    await setQuiet(stack, 50);
  },
  "a turn thinks": async (stack) => {
    await stack.meta.thinkFor(LONG_MS);
    const lead = await writeNew(stack);
    await eventually(() => hasTurn(stack, lead), { everyMs: 5 });
    await stack.meta.thinkFor(0);
  },
  "a send is under way": async (stack) => {
    const lead = stack.newLead();
    const match = { to: lead };
    await stack.meta.addFault({ target: "graph", kind: "slow", delayMs: LONG_MS, count: 1, match });
    await stack.meta.write(lead);
    await eventually(async () => (await stack.meta.ledger(lead)).length === 1);
  },
} as const satisfies Record<string, (stack: Stack) => Promise<void>>;

const isStep = (name: string): name is keyof typeof steps => name in steps;

/** The steps to strike at; the bounded selection has the one that does most. */
export const struckAt = Object.keys(steps)
  .filter(isStep)
  .filter((step) => process.env["FAULTS"] !== "quick" || step === "a turn thinks");
