import { useState } from "react";
import { Button } from "react-aria-components";
import type { Lead } from "../api/calls.ts";
import { sayDetail } from "../api/http.ts";
import { useWorkplace } from "../state/context.ts";
import { type Offer, useDecision, useOffer } from "../state/use-offer.ts";
import { texts } from "../texts.ts";

/** Another lead that may be this one too: people decide, because a merge cannot be taken back. */
export function SameLead({ leadId }: { leadId: string }) {
  const { data: offer } = useOffer(leadId);
  if (!offer) return null;
  const { lead, other } = offer;
  return (
    <section className="panel-part same-lead">
      <h3>{texts.same.title}</h3>
      <p>
        <strong>
          <bdi>{other.name ?? other.username ?? texts.same.nameless}</bdi>
        </strong>
        <span className="soft">{knownBy(other)}</span>
      </p>
      <p className="soft">{texts.same.about}</p>
      <Decision key={`${lead.id}/${other.id}`} offer={offer} />
    </section>
  );
}

function knownBy({ phones, username }: Lead): string {
  const shown = [...phones.map((phone) => `+${phone}`), username === null ? "" : `@${username}`];
  return shown.filter((one) => one !== "").join(", ") || texts.same.noNumber;
}

function Decision({ offer }: { offer: Offer }) {
  const { session } = useWorkplace();
  const { merge, apart } = useDecision(offer);
  const [isSure, setIsSure] = useState(false);
  const error = merge.error ?? apart.error;
  const isBusy = merge.isPending || apart.isPending;
  if (session.role === "viewer") return null;
  return (
    <>
      {isSure && <p className="warn">{texts.same.forGood}</p>}
      <div className="same-lead-actions">
        <Button
          className={isSure ? "button is-small is-strong" : "button is-small"}
          isDisabled={isBusy}
          onPress={() => (isSure ? merge.mutate() : setIsSure(true))}
        >
          {isSure ? texts.same.mergeNow : texts.same.merge}
        </Button>
        <Button
          className="button is-small is-quiet"
          isDisabled={isBusy}
          onPress={() => (isSure ? setIsSure(false) : apart.mutate())}
        >
          {isSure ? texts.same.cancel : texts.same.twoPeople}
        </Button>
      </div>
      {error && (
        <p className="warn" role="alert">
          {sayDetail(error)}
        </p>
      )}
    </>
  );
}
