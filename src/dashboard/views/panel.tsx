import { useQuery } from "@tanstack/react-query";
import { Button } from "react-aria-components";
import { type ConversationRow, fetchPanel, type Panel as PanelData } from "../api/calls.ts";
import { languageName, nearTime, usd } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { leadName } from "../parts/names.ts";
import { Failure, Ghosts } from "../parts/states.tsx";
import { useNow } from "../state/context.ts";
import { texts } from "../texts.ts";
import { SameLead } from "./same-lead.tsx";
import { Timeline } from "./timeline.tsx";

const MINUTE_MS = 60_000;

interface Props {
  row: ConversationRow;
  /** Beside the chat on wide screens, over it on others. */
  isShown: boolean;
  onClose: () => void;
}

/** What is known about the lead. */
export function Panel({ row, isShown, onClose }: Props) {
  const query = useQuery({
    queryKey: ["panel", row.id],
    queryFn: ({ signal }) => fetchPanel(row.id, signal),
  });
  return (
    <aside className={isShown ? "panel is-shown" : "panel"} aria-label={texts.panel.label}>
      <header className="panel-header">
        <div>
          <h2>
            <bdi>{leadName(row)}</bdi>
          </h2>
          {row.lead.phone && <p>+{row.lead.phone}</p>}
          {row.lead.username && <p>@{row.lead.username}</p>}
        </div>
        <Button
          className="icon-button panel-close"
          aria-label={texts.chat.closeDetails}
          onPress={onClose}
        >
          <Icon name="close" />
        </Button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reachable by keyboard. */}
      <section className="panel-body" tabIndex={0} aria-label={texts.panel.label}>
        <Standing row={row} />
        <SameLead leadId={row.leadId} />
        {query.isPending && <Ghosts count={3} label={texts.panel.loading} kind="panel" />}
        {query.isError && !query.data && <Failure error={query.error} onRetry={query.refetch} />}
        {query.data && <Details panel={query.data} row={row} />}
      </section>
    </aside>
  );
}

/** From the live row, so it changes with the conversation and not with the next fetch. */
function Standing({ row }: { row: ConversationRow }) {
  const nowMs = useNow(MINUTE_MS);
  return (
    <dl className="standing">
      <div>
        <dt>{texts.panel.stage}</dt>
        <dd>
          <span className={`stage stage-${row.stage}`}>{texts.stages[row.stage]}</span>
        </dd>
      </div>
      <div>
        <dt>{texts.panel.intent}</dt>
        <dd>
          <IntentMeter intent={row.intent} />
          {texts.intents[row.intent]}
        </dd>
      </div>
      <div>
        <dt>{texts.panel.sentiment}</dt>
        <dd>{texts.sentiments[row.sentiment]}</dd>
      </div>
      {row.language && (
        <div>
          <dt>{texts.panel.language}</dt>
          <dd>{languageName(row.language)}</dd>
        </div>
      )}
      <div>
        <dt>{texts.panel.followUp}</dt>
        <dd>{row.followUpAt ? nearTime(row.followUpAt, nowMs) : texts.panel.noFollowUp}</dd>
      </div>
    </dl>
  );
}

const intentLevels: readonly string[] = ["low", "medium", "high", "very_high"];

function IntentMeter({ intent }: { intent: ConversationRow["intent"] }) {
  const level = intentLevels.indexOf(intent);
  return (
    <span className="intent" aria-hidden="true">
      {intentLevels.map((name, index) => (
        <i key={name} className={index <= level ? "is-lit" : undefined} />
      ))}
    </span>
  );
}

function Details({ panel, row }: { panel: PanelData; row: ConversationRow }) {
  const { cost } = panel;
  const summary = row.summary ?? panel.summary;
  return (
    <>
      <section className="panel-part">
        <h3>{texts.panel.summary}</h3>
        <p className={summary ? "summary" : "soft"} dir="auto">
          {summary ?? texts.panel.noSummary}
        </p>
      </section>
      <section className="panel-part cost">
        <h3>{texts.panel.cost}</h3>
        <p>
          <strong>{usd(cost.usd)}</strong>
          <span className="soft">{texts.panel.calls(cost.callCount)}</span>
        </p>
        {cost.unpricedCount > 0 && (
          <p className="warn">{texts.panel.unpriced(cost.unpricedCount)}</p>
        )}
      </section>
      <section className="panel-part">
        <h3>{texts.panel.timeline}</h3>
        <Timeline entries={panel.timeline} />
      </section>
    </>
  );
}
