import { seeded } from "../../support/seeded.ts";

export const slotNames = ["api 1", "api 2", "worker 1", "worker 2", "scheduler 1", "scheduler 2"];

/** How often each is struck: what it holds makes a worker the likeliest to lose something. */
const targets = [
  ...["api 1", "api 2", "scheduler 1", "scheduler 2"],
  ...["worker 1", "worker 2", "worker 1", "worker 2"],
];

const MIN_GAP_MS = 500;
const MAX_GAP_MS = 6_000;
/** Around the 8 s of silence after which an owner counts as dead. */
const MIN_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 12_000;
/** One blow of so many is a pause. */
const PAUSE_ONE_OF = 8;

export interface Blow {
  /** After the blow before it. */
  afterMs: number;
  slot: string;
  /** Null: killed. Otherwise stopped where it stands for so long, and then continued. */
  pauseMs: number | null;
}

/** Blows at random moments until so many kills are among them; the same for the same seed. */
export function killSchedule(kills: number, seed: number): Blow[] {
  const random = seeded("kills", String(seed));
  const between = (least: number, most: number) => least + random.below(most - least);
  const blows: Blow[] = [];
  for (let killed = 0; killed < kills; ) {
    const isPause = random.below(PAUSE_ONE_OF) === 0;
    blows.push({
      afterMs: between(MIN_GAP_MS, MAX_GAP_MS),
      slot: random.pick(targets),
      pauseMs: isPause ? between(MIN_PAUSE_MS, MAX_PAUSE_MS) : null,
    });
    if (!isPause) killed += 1;
  }
  return blows;
}
