import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fetchLead, type Lead, mergeLeads, tellApart } from "../api/calls.ts";
import { newIdempotencyKey } from "../api/idempotency-key.ts";
import { useRows } from "./context.ts";

export interface Offer {
  lead: Lead;
  /** Who may be the same person. */
  other: Lead;
}

/** The lead that may be this one too, if any. Asked anew with each version of the lead's. */
export function useOffer(leadId: string) {
  const { store } = useRows();
  return useQuery({
    queryKey: ["offer", leadId, store.leadVersions.get(leadId) ?? 0],
    queryFn: async ({ signal }): Promise<Offer | null> => {
      const lead = await fetchLead(leadId, signal);
      if (lead.maybeSameAs === null) return null;
      return { lead, other: await fetchLead(lead.maybeSameAs, signal) };
    },
    placeholderData: (before) => (before?.lead.id === leadId ? before : undefined),
  });
}

/** What people decide about an offer. The key is made once: a second click merges nothing twice. */
export function useDecision({ lead, other }: Offer) {
  const client = useQueryClient();
  const [key] = useState(newIdempotencyKey);
  const onSettled = () => client.invalidateQueries({ queryKey: ["offer", lead.id] });
  const merge = useMutation({ mutationFn: () => mergeLeads(other.id, lead.id, key), onSettled });
  const apart = useMutation({ mutationFn: () => tellApart(lead), onSettled });
  return { merge, apart };
}
