import type { Handlers, OrderKeys } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import { recordLlmCall } from "../db/queries/record-llm-call.ts";
import type { LlmCall, TurnDisposition } from "../funnel/turn.ts";
import type { Clock } from "../lib/clock.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import type { Log } from "../lib/log.ts";
import type { Thinker } from "../llm/thinker.ts";
import type { Announcer } from "./announce.ts";
import { createArchiveHandler } from "./archive.ts";
import { fairNumbers } from "./deliver/fair-numbers.ts";
import { createDeliverHandler, type DeliverDeps } from "./deliver.ts";
import { personKeys } from "./ingest/received.ts";
import { createIngestHandler } from "./ingest.ts";
import { fairMedia } from "./media/fair-media.ts";
import { createMediaHandler, type MediaDeps } from "./media.ts";
import { createNoticeHandler } from "./notice.ts";
import { createReceiptHandler } from "./receipt.ts";
import { createRememberHandler } from "./remember.ts";
import { fairTurns } from "./turn/fair-turns.ts";
import { createTurnHandler, type TurnDeps } from "./turn.ts";

export interface FlowDeps {
  db: Db;
  clock: Clock;
  log: Log;
  workerId: string;
  announcer: Announcer;
  thinker: Thinker;
  pace: DeliverDeps["pace"];
  send: DeliverDeps["send"];
  upload: DeliverDeps["upload"];
  showTyping: TurnDeps["showTyping"];
  calendar: TurnDeps["calendar"];
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
  crash(step: CrashPoint): void;
  onIngress(integrationIds: readonly string[]): void;
  onTurn(disposition: TurnDisposition | "lost"): void;
  onLlmCall(call: LlmCall, costUsd: number | null): void;
  onSend: DeliverDeps["onSend"];
  store: MediaDeps["store"];
  openMedia: MediaDeps["openMedia"];
  sniff: MediaDeps["sniff"];
  /** Null: voice notes are for people to hear. */
  transcriber: MediaDeps["transcriber"];
  describer: MediaDeps["describer"];
}

/** Which flow serves which stream. */
export function createHandlers(deps: FlowDeps): Handlers {
  return {
    inbound: createIngestHandler({ ...deps, transcribes: deps.transcriber !== null }),
    receipts: createReceiptHandler(deps),
    notices: createNoticeHandler(deps),
    turns: each(fairTurns(deps, createTurnHandler(deps))),
    outbound: each(fairNumbers(createDeliverHandler(deps))),
    memory: each(createRememberHandler(deps)),
    media: each(fairMedia(deps, createMediaHandler({ ...deps, recordCall: recorder(deps) }))),
    dead: createArchiveHandler(deps),
  };
}

function recorder({ db, onLlmCall }: FlowDeps): MediaDeps["recordCall"] {
  return async (subject, call) => {
    const { costUsd } = await recordLlmCall(db, subject, call);
    onLlmCall(call, costUsd);
  };
}

/** A person's messages are stored in the order in which they came. */
export const orderKeys: OrderKeys = { inbound: personKeys };

/** Streams whose entries always come alone (`batchSize` 1). */
function each<Delivery>(handle: (delivery: Delivery) => Promise<void>) {
  return async (deliveries: readonly Delivery[]) => {
    for (const delivery of deliveries) await handle(delivery);
  };
}
