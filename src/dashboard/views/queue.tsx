import { useQuery } from "@tanstack/react-query";
import { fetchQueue, type QueueRows } from "../api/calls.ts";
import { ApiError } from "../api/http.ts";
import { duration } from "../format.ts";
import { Empty, Failure, Ghosts } from "../parts/states.tsx";
import { texts } from "../texts.ts";
import { DeadLetters } from "./dead-letters.tsx";

/** Live frames tell most of it; this brings what they do not: dead letters and late wake-ups. */
const REFETCH_MS = 10_000;
/** An entry this old is not a burst any more: somebody should look. */
const OLD_MS = 60_000;
/** A wake-up this late is more than the beat it is looked for in. */
const LATE_MS = 5_000;

/** What waits where, for those who run the installation. */
export function QueuePage() {
  const query = useQuery({
    queryKey: ["queue"],
    queryFn: ({ signal }) => fetchQueue(signal),
    refetchInterval: REFETCH_MS,
  });
  const isForbidden = query.error instanceof ApiError && query.error.status === 403;
  return (
    <main className="queue">
      <header className="queue-header">
        <h1>{texts.queue.title}</h1>
        <p className="soft">{texts.queue.about}</p>
      </header>
      {query.isPending && <Ghosts count={7} label={texts.queue.loading} kind="rows" />}
      {isForbidden && <Empty words={texts.queue.forbidden} icon="queue" />}
      {query.isError && !isForbidden && !query.data && (
        <Failure error={query.error} onRetry={query.refetch} />
      )}
      {query.data && <Alerts alerts={query.data.alerts} />}
      {query.data && <Streams queue={query.data} />}
      {query.data && <DeadLetters />}
    </main>
  );
}

/** What the queue's rules say is wrong, and what to do. */
function Alerts({ alerts }: { alerts: QueueRows["alerts"] }) {
  return (
    <ul className="queue-alerts" aria-label={texts.queue.alerts} aria-live="polite">
      {alerts.map(({ alertId, text, since }) => (
        <li key={alertId}>
          <strong>{text}</strong>
          <time dateTime={since}>{texts.queue.since(new Date(since).toLocaleString())}</time>
        </li>
      ))}
    </ul>
  );
}

function Streams({ queue }: { queue: QueueRows }) {
  const { streams, delayed } = queue;
  const working = streams.reduce((sum, { depth }) => sum + depth, 0);
  const dead = streams.reduce((sum, row) => sum + row.dead, 0);
  const { overdueMs } = delayed;
  return (
    <>
      <p className="queue-sum">
        <span>{working === 0 ? texts.queue.allCalm : texts.queue.working(working)}</span>
        {dead > 0 && <strong className="is-bad">{texts.queue.deadTotal(dead)}</strong>}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reachable by keyboard. */}
      <section className="table-place" aria-label={texts.queue.title} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.queue.stream}</th>
              {columns.map(({ title }) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {streams.map((row) => (
              <StreamLine key={row.stream} row={row} />
            ))}
          </tbody>
        </table>
      </section>
      <p className="queue-delayed">
        <strong>{texts.queue.delayed}</strong>
        <span>{delayed.count}</span>
        <span className={overdueMs > OLD_MS ? "is-bad" : "soft"}>
          {overdueMs > LATE_MS ? texts.queue.overdue(duration(overdueMs)) : texts.queue.onTime}
        </span>
      </p>
    </>
  );
}

type Row = QueueRows["streams"][number];

interface Column {
  title: string;
  value(row: Row): string;
  isBad(row: Row): boolean;
}

const never = () => false;
/** What one has to act on comes first: a narrow screen shows that much. */
const columns: readonly Column[] = [
  { title: texts.queue.depth, value: ({ depth }) => String(depth), isBad: never },
  {
    title: texts.queue.oldest,
    value: ({ oldestAgeMs }) => (oldestAgeMs === 0 ? texts.queue.none : duration(oldestAgeMs)),
    isBad: ({ oldestAgeMs }) => oldestAgeMs > OLD_MS,
  },
  {
    title: texts.queue.dead,
    value: ({ dead }) => String(dead),
    isBad: ({ dead }) => dead > 0,
  },
  { title: texts.queue.waiting, value: ({ waiting }) => String(waiting), isBad: never },
  { title: texts.queue.running, value: ({ running }) => String(running), isBad: never },
  {
    title: texts.queue.lag,
    value: ({ lag }) => (lag === null ? texts.queue.unknown : String(lag)),
    isBad: ({ lag }) => lag === null,
  },
];

function isNamed(stream: string): stream is keyof typeof texts.queue.names {
  return Object.hasOwn(texts.queue.names, stream);
}

function StreamLine({ row }: { row: Row }) {
  const { stream } = row;
  return (
    <tr>
      <th scope="row">
        {isNamed(stream) ? texts.queue.names[stream] : stream}
        <code>{stream}</code>
      </th>
      {columns.map(({ title, value, isBad }) => {
        const text = value(row);
        const tone = isBad(row) ? "is-bad" : text === "0" || text === "–" ? "is-zero" : "";
        return (
          <td key={title} className={tone}>
            {text}
          </td>
        );
      })}
    </tr>
  );
}
