import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { fetchSession, type SignedIn } from "../api/calls.ts";
import { isSignedOut } from "../api/http.ts";
import { Failure } from "../parts/states.tsx";
import { WorkplaceProvider } from "../state/context.ts";
import { Desk } from "../state/desk.ts";
import { Store } from "../state/store.ts";
import { Shell } from "./shell.tsx";
import { SignIn } from "./sign-in.tsx";

const sessionKey = ["session"];

/** Signed in or not: each session starts with nothing of the one before. */
export function Root() {
  const queries = useQueryClient();
  const [hasEnded, setHasEnded] = useState(false);
  const session = useQuery({
    queryKey: sessionKey,
    queryFn: () =>
      fetchSession().catch((error: unknown) => {
        if (isSignedOut(error)) return null;
        throw error;
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });

  function end(wasEndedByServer: boolean): void {
    setHasEnded(wasEndedByServer);
    queries.clear();
    queries.setQueryData(sessionKey, null);
  }

  if (session.isPending) return null;
  if (session.data) {
    return (
      <SignedInPart
        session={session.data}
        onEnded={() => end(true)}
        onSignedOut={() => end(false)}
      />
    );
  }
  if (session.isError) return <Failure error={session.error} onRetry={session.refetch} />;
  return (
    <SignIn
      hasEnded={hasEnded}
      onSignedIn={(signedIn) => queries.setQueryData(sessionKey, signedIn)}
    />
  );
}

interface Props {
  session: SignedIn;
  onEnded: () => void;
  onSignedOut: () => void;
}

function SignedInPart({ session, onEnded, onSignedOut }: Props) {
  const queries = useQueryClient();
  const userId = session.user.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one workplace for each person signed in.
  const workplace = useMemo(() => {
    const store = new Store();
    return { store, desk: new Desk({ store, queries, onEnded }) };
  }, [userId]);
  useEffect(() => workplace.desk.open(), [workplace]);
  const value = useMemo(() => ({ session, ...workplace }), [session, workplace]);
  return (
    <WorkplaceProvider value={value}>
      <Shell onSignedOut={onSignedOut} />
    </WorkplaceProvider>
  );
}
