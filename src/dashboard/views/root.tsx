import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { fetchSession, type SignedIn, switchOrganization } from "../api/calls.ts";
import { isSignedOut } from "../api/http.ts";
import { Failure } from "../parts/states.tsx";
import { WorkplaceProvider } from "../state/context.ts";
import { Desk } from "../state/desk.ts";
import { Store } from "../state/store.ts";
import { ForgotPassword } from "./forgot-password.tsx";
import { Invitation } from "./invitation.tsx";
import { ResetPassword } from "./reset-password.tsx";
import { Shell } from "./shell.tsx";
import { SignIn } from "./sign-in.tsx";
import { SignUp } from "./sign-up.tsx";

const sessionKey = ["session"];

/** One person in one organization: what is on screen belongs to them alone. */
const whoseOf = ({ user, organization }: SignedIn) => `${user.id}/${organization.id}`;

/** Behind a mail's link, or signed in, or at one of the ways in. */
export function Root() {
  const { pathname: path, hash: token } = useLocation();
  const navigate = useNavigate();
  const { session, hasEnded, begin, end, endedByServer, switchTo } = useSession();
  if (path === "/invitation") {
    const join = (signedIn: SignedIn) => {
      begin(signedIn);
      void navigate({ to: "/", replace: true });
    };
    return <Invitation key={token} token={token} onSignedIn={join} />;
  }
  if (path === "/reset-password") {
    return <ResetPassword key={token} token={token} onReset={end} />;
  }
  if (session.isPending) return null;
  if (session.data) {
    const whose = whoseOf(session.data);
    return (
      <SignedInPart
        key={whose}
        session={session.data}
        onEnded={() => endedByServer(whose)}
        onSignedOut={end}
        onSwitch={switchTo}
      />
    );
  }
  if (session.isError) return <Failure error={session.error} onRetry={session.refetch} />;
  if (path === "/sign-up") return <SignUp onSignedIn={begin} />;
  if (path === "/forgot-password") return <ForgotPassword />;
  return <SignIn hasEnded={hasEnded} onSignedIn={begin} />;
}

/** Whose page it is. Each session starts with nothing of the one before. */
function useSession() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [hasEnded, setHasEnded] = useState(false);
  const isSwitching = useRef(false);
  const session = useQuery({
    queryKey: sessionKey,
    queryFn: () =>
      fetchSession().catch((error: unknown) => {
        if (isSignedOut(error)) return null;
        throw error;
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });

  function begin(next: SignedIn | null): void {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
    queries.setQueryData(sessionKey, next);
  }

  function end(): void {
    setHasEnded(false);
    begin(null);
  }

  /** A switch ends the old session, and its socket may say so before or after the answer comes. */
  function endedByServer(whose: string): void {
    const current = queries.getQueryData<SignedIn | null>(sessionKey);
    if (isSwitching.current || (current && whoseOf(current) !== whose)) return;
    setHasEnded(true);
    begin(null);
  }

  async function switchTo(organizationId: string): Promise<void> {
    isSwitching.current = true;
    try {
      begin(await switchOrganization(organizationId));
      void navigate({ to: "/", replace: true });
    } catch (error) {
      // It may have happened without the answer: the cookie knows.
      void session.refetch();
      throw error;
    } finally {
      isSwitching.current = false;
    }
  }

  return { session, hasEnded, begin, end, endedByServer, switchTo };
}

interface Props {
  session: SignedIn;
  onEnded: () => void;
  onSignedOut: () => void;
  onSwitch: (organizationId: string) => Promise<void>;
}

function SignedInPart({ session, onEnded, onSignedOut, onSwitch }: Props) {
  const queries = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: one workplace for each session.
  const workplace = useMemo(() => {
    const store = new Store();
    return { store, desk: new Desk({ store, queries, onEnded }) };
  }, []);
  useEffect(() => workplace.desk.open(), [workplace]);
  const value = useMemo(() => ({ session, ...workplace }), [session, workplace]);
  return (
    <WorkplaceProvider value={value}>
      <Shell onSignedOut={onSignedOut} onSwitch={onSwitch} />
    </WorkplaceProvider>
  );
}
