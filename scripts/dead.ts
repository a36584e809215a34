import { hostname, userInfo } from "node:os";
import { createDb, type Db } from "../src/db/client.ts";
import { readClockOffsetMs } from "../src/db/queries/clock-offset.ts";
import { createShiftedClock } from "../src/lib/clock.ts";
import { AppError } from "../src/lib/errors.ts";
import { isJsonObject, tryParseJson } from "../src/lib/json.ts";
import { sleep } from "../src/lib/sleep.ts";
import { discardLetter } from "../src/modules/dead-letters/discard.ts";
import type { DeadLetter, DeadLetterDetail } from "../src/modules/dead-letters/model.ts";
import { type Asking, askReplay, type LetterDeps } from "../src/modules/dead-letters/replay.ts";
import { askReplays, stopReplays } from "../src/modules/dead-letters/replay-many.ts";
import { getDeadLetter, listDeadLetters } from "../src/modules/dead-letters/service.ts";
import { createMutate } from "../src/modules/mutate.ts";
import { type Command, readCommand, UsageError } from "./dead/arguments.ts";
import { help } from "./dead/help.ts";
import { contentOf, detailOf, type Paper, scheduleText, summaryOf } from "./dead/print.ts";
import { withDatabase } from "./with-database.ts";

/** A scheduler looks every 2 s; if none has by then, none is running. */
const DONE_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 250;
const PAGE = 100;

const command = understood(process.argv.slice(2));
if (command?.name === "help") console.log(help);
else if (command) await withDatabase(({ url }) => run(command, url));

function understood(args: readonly string[]): Command | null {
  try {
    return readCommand(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nAll there is: bun run dead help`);
    process.exitCode = 2;
    return null;
  }
}

async function run(command: Exclude<Command, { name: "help" }>, url: string): Promise<void> {
  const db = createDb({ url, maxConnections: 2, name: "leadline-dead" });
  try {
    const clock = createShiftedClock();
    clock.setOffsetMs(await readClockOffsetMs(db));
    // Nothing here has live events or wake-ups to announce: the scheduler acts on what is written.
    const deps = { db, clock, mutate: createMutate({ db, announce: async () => {} }) };
    await perform(command, deps, { actor: operator(), key: undefined });
  } finally {
    await db.close();
  }
}

/** Whoever sits at the command line, as the audit log names them. */
function operator(): Asking["actor"] {
  const { SUDO_USER, USER, LOGNAME } = process.env;
  const username = SUDO_USER ?? USER ?? LOGNAME ?? userInfo().username;
  const name = `${username}@${hostname()}`;
  const nowhere = { organizationId: "", address: null, requestId: null };
  return { ...nowhere, kind: "operator", id: username, name };
}

type Deps = LetterDeps & { db: Db };

async function perform(
  command: Exclude<Command, { name: "help" }>,
  deps: Deps,
  asking: Asking,
): Promise<void> {
  switch (command.name) {
    case "list":
      return await list(deps.db, command);
    case "show":
      return show(await getDeadLetter(deps.db, command.id), command.print);
    case "replay":
      await askReplay(deps, asking, command.id, await editIn(command.editFile));
      return await awaitReplay(deps.db, command.id);
    case "replay-many":
      console.log(scheduleText(await askReplays(deps, asking, command.filter, command)));
      return;
    case "stop": {
      const { stopped } = await stopReplays(deps, asking, command.filter);
      console.log(stopped === 1 ? "1 letter waits again." : `${stopped} letters wait again.`);
      return;
    }
    case "discard":
      await discardLetter(deps, asking, command.id, command);
      console.log(`Discarded: ${command.id}`);
  }
}

async function list(db: Db, command: Extract<Command, { name: "list" }>): Promise<void> {
  const { filter, state, limit, json } = command;
  const letters: DeadLetter[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listDeadLetters>> = await listDeadLetters(db, {
      ...filter,
      ...(state && { state }),
      ...(cursor !== null && { cursor }),
      limit: Math.min(PAGE, limit - letters.length),
    });
    letters.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null && letters.length < limit);
  if (json) return console.log(JSON.stringify(letters, null, 2));
  const what = state ?? "that";
  if (letters.length === 0)
    return console.log(`No dead letter is ${what === "that" ? "there" : what}.`);
  for (const letter of letters) console.log(`${summaryOf(letter, paper())}\n`);
  const shown = letters.length === 1 ? "1 letter" : `${letters.length} letters`;
  console.log(cursor === null ? `${shown}.` : `${shown}; there are more: --limit, or a filter.`);
}

function show(letter: DeadLetterDetail, print: "text" | "json" | "entry"): void {
  if (print === "json") console.log(JSON.stringify(letter, null, 2));
  else console.log(print === "entry" ? contentOf(letter.entry) : detailOf(letter, paper()));
}

async function editIn(file: string | undefined): Promise<{ entry?: Record<string, unknown> }> {
  if (file === undefined) return {};
  const entry = tryParseJson(
    await Bun.file(file)
      .text()
      .catch(() => ""),
  );
  if (isJsonObject(entry)) return { entry };
  throw new AppError("invalid_input", `${file} cannot be read, or is no JSON object.`);
}

/** Says what became of it, as far as that shows within some seconds. */
async function awaitReplay(db: Db, id: string): Promise<void> {
  const deadline = performance.now() + DONE_WITHIN_MS;
  let letter = await getDeadLetter(db, id);
  while (letter.state === "scheduled" && performance.now() < deadline) {
    await sleep(LOOK_EVERY_MS);
    letter = await getDeadLetter(db, id);
  }
  if (letter.state === "replayed") return console.log(`Replayed: ${id}`);
  process.exitCode = letter.state === "scheduled" ? 3 : 1;
  console.error(
    letter.state === "scheduled"
      ? "Asked for, and not done yet: is a scheduler running? The next one that does replays it."
      : `Not replayed: ${letter.refusal ?? `it is ${letter.state} by now.`}`,
  );
}

function paper(): Paper {
  const { isTTY, columns } = process.stdout;
  const colours = isTTY === true && !process.env["NO_COLOR"];
  return { width: isTTY ? Math.max(40, columns) : 80, colours, now: new Date() };
}
