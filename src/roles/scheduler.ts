import { readLetter } from "../../streams/dead-letter.ts";
import { repeat } from "../../streams/repeat.ts";
import { createLeader } from "../db/leader.ts";
import { createReplays } from "../flows/dead-letters/replays.ts";
import { removeSettledLetters } from "../flows/dead-letters/retention.ts";
import { createQueueAlerts } from "../flows/queue-alerts.ts";
import { createSweep } from "../flows/sweep.ts";
import { createHeartbeat } from "../ops/heartbeat.ts";
import type { Core } from "./core.ts";
import { lookAtQueue } from "./queue-look.ts";
import type { RunningRole } from "./worker.ts";

const SWEEP_PAUSE_MS = 2_000;
const ALERTS_PAUSE_MS = 5_000;

/** Any number: identifies the sweep among this database's advisory locks. */
const SWEEP_LOCK = 7_301_844_101;

/**
 * While it is the leader it sweeps and replays dead letters every 2 s, and judges the queue every 5 s;
 * any number of schedulers may stand by.
 */
export async function startScheduler(core: Core): Promise<RunningRole> {
  const { db, clock, publish, announcer, log, databaseUrl, crash, config } = core;
  const leader = createLeader({
    url: databaseUrl,
    name: "leadline-sweep-lock",
    lockKey: SWEEP_LOCK,
  });
  const monotonicMs = () => performance.now();
  const sweep = createSweep({ db, clock, publish, announcer, monotonicMs });
  const replay = createReplays({ db, clock, log, publish, announcer, readLetter, crash });
  const heartbeat = createHeartbeat("The sweep", 60_000);
  const sweeping = repeat("sweep", SWEEP_PAUSE_MS, log, async () => {
    heartbeat.beat();
    if (!(await leader.isLeader())) return;
    const report = await sweep();
    if (report.turns + report.numbers + report.files + report.events > 0) {
      log.info({ ...report }, "sweep rebuilt lost work");
    }
    const letters = await replay();
    if (letters.replayed + letters.refused > 0) log.info({ ...letters }, "dead letters replayed");
    await removeSettledLetters(db, config.deadLetters.keepDays);
  });
  const judgeQueue = createQueueAlerts({
    ...{ db, announcer, monotonicMs, look: () => lookAtQueue(core) },
  });
  const judging = repeat("queue alerts", ALERTS_PAUSE_MS, log, async () => {
    if (!(await leader.isLeader())) return;
    const { raised, cleared } = await judgeQueue();
    for (const alert of raised) log.warn({ alert }, "queue alert raised");
    for (const alert of cleared) log.info({ alert }, "queue alert cleared");
  });
  return {
    stuck: heartbeat.stuck,
    stop: async () => {
      await Promise.all([sweeping.stop(), judging.stop()]);
      await leader.close();
    },
  };
}
