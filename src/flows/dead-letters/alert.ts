/** Letters of one stream: in the last ten minutes, and in the day before those. */
export interface LetterCounts {
  stream: string;
  lastTenMinutes: number;
  dayBefore: number;
}

export interface AlertVerdict {
  raised: boolean;
  /** Letters in the last ten minutes. */
  value: number;
  /** The most that is still taken for everyday. */
  threshold: number;
  /** One sentence for the operator. */
  text: string;
}

/** One broken webhook makes a letter or two; from here on it is no single mishap. */
const ALWAYS_BEARABLE = 5;

/**
 * A stream that has been dying all day is a known trouble, not news: it alerts again when it gets this
 * much worse. Counts of rare events spread by about their root, so three times the mean of a handful
 * does not happen by chance (Poisson, mean 2: more than 6 in 0.5 % of windows), while an outage makes
 * dozens within seconds.
 */
const TIMES_THE_MEAN = 3;

const WINDOWS_OF_THE_DAY = 24 * 6;

/** Whether letters of a stream come faster than its own everyday. Pure: counts in, verdict out. */
export function deadLetterAlert({ stream, lastTenMinutes, dayBefore }: LetterCounts): AlertVerdict {
  const mean = dayBefore / WINDOWS_OF_THE_DAY;
  const threshold = Math.max(ALWAYS_BEARABLE, Math.ceil(TIMES_THE_MEAN * mean));
  const raised = lastTenMinutes > threshold;
  const usual = dayBefore === 0 ? "none in the day before" : `usually ${mean.toFixed(1)}`;
  const letters = lastTenMinutes === 1 ? "1 entry" : `${lastTenMinutes} entries`;
  return {
    raised,
    value: lastTenMinutes,
    threshold,
    text: `${letters} of "${stream}" given up in 10 minutes (${usual}).${
      raised ? ` See why: bun run dead list --stream ${stream} --state waiting` : ""
    }`,
  };
}
