import type { Panel } from "../api/calls.ts";
import { dateAndTime, nearTime, usd } from "../format.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { useNow } from "../state/context.ts";
import { texts } from "../texts.ts";

const MINUTE_MS = 60_000;

type Entry = Panel["timeline"][number];

interface Told {
  icon: IconName;
  title: string;
  /** Why, in a sentence. */
  why: string | null;
  /** Small facts after it. */
  facts: readonly string[];
}

function tellStage(entry: Extract<Entry, { kind: "stage" }>): Told {
  const { stages, authors, panel } = texts;
  const sure =
    entry.confidence === null ? [] : [panel.confidence(Math.round(entry.confidence * 100))];
  return {
    icon: "flag",
    title: texts.timeline.stage(stages[entry.from], stages[entry.to]),
    why: entry.reason,
    facts: [...(entry.by ? byOf(entry) : [authors[entry.author]]), ...sure],
  };
}

function tellTurn(entry: Extract<Entry, { kind: "turn" }>): Told {
  const { turns, running } = texts.timeline;
  return {
    icon: "bot",
    title: entry.disposition ? turns[entry.disposition] : running,
    why: entry.gate ?? entry.reason,
    facts: entry.costUsd === null ? [] : [usd(entry.costUsd)],
  };
}

function tell(entry: Entry): Told {
  switch (entry.kind) {
    case "stage":
      return tellStage(entry);
    case "turn":
      return tellTurn(entry);
    case "booking":
      return {
        icon: "tick",
        title: texts.timeline.booking(entry.cta.name),
        why: entry.requestedTime && texts.timeline.bookingFor(entry.requestedTime),
        facts: [],
      };
    case "assigned":
      return {
        icon: "person",
        title: texts.timeline.assigned(entry.to?.name ?? null),
        why: null,
        facts: byOf(entry),
      };
    default:
      return {
        icon: entry.kind === "release" ? "bot" : "person",
        title: texts.timeline[entry.kind],
        why: entry.reason && texts.attentionReasons[entry.reason],
        facts: byOf(entry),
      };
  }
}

function byOf({ by }: { by: { name: string } | null }): readonly string[] {
  return by ? [texts.timeline.by(by.name)] : [];
}

/** What happened to this lead and why, newest first. */
export function Timeline({ entries }: { entries: readonly Entry[] }) {
  const nowMs = useNow(MINUTE_MS);
  if (entries.length === 0) return <p className="soft">{texts.panel.noTimeline}</p>;
  return (
    <ol className="timeline">
      {entries.map((entry) => (
        <TimelineLine key={entry.id} entry={entry} nowMs={nowMs} />
      ))}
    </ol>
  );
}

function TimelineLine({ entry, nowMs }: { entry: Entry; nowMs: number }) {
  const { at, kind } = entry;
  const told = tell(entry);
  return (
    <li className={`event event-${kind}`}>
      <span className="event-icon">
        <Icon name={told.icon} />
      </span>
      <p className="event-title">{told.title}</p>
      {told.why && (
        <p className="event-why" dir="auto">
          {told.why}
        </p>
      )}
      <p className="event-facts">
        <time dateTime={at} title={dateAndTime(at)}>
          {nearTime(at, nowMs)}
        </time>
        {told.facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
    </li>
  );
}
