import { useMutation } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "react-aria-components";
import { signOut } from "../api/calls.ts";
import { Brand } from "../parts/brand.tsx";
import { Icon } from "../parts/icon.tsx";
import { useDesk, useWorkplace } from "../state/context.ts";
import { texts } from "../texts.ts";
import { Help } from "./help.tsx";
import { useKeys } from "./keys.ts";
import { Switcher } from "./switcher.tsx";

interface Props {
  onSignedOut: () => void;
  onSwitch: (organizationId: string) => Promise<void>;
}

/** Around every signed-in screen: where one can go, and whether what is shown is live. */
export function Shell({ onSignedOut, onSwitch }: Props) {
  const { session } = useWorkplace();
  const [showsHelp, setShowsHelp] = useState(false);
  const isInbox = useRouterState({
    select: ({ location: { pathname } }) =>
      pathname === "/" || pathname.startsWith("/conversations/"),
  });
  const leave = useMutation({ mutationFn: signOut, onSettled: onSignedOut });
  useKeys({ "?": () => setShowsHelp(true) });
  return (
    <div className="shell">
      <nav className="rail" aria-label={texts.nav.label}>
        <Brand />
        <Link to="/" className="rail-item" aria-current={isInbox ? "page" : undefined}>
          <Icon name="inbox" />
          <span>{texts.nav.inbox}</span>
        </Link>
        {session.isOperator && (
          <Link to="/queue" className="rail-item">
            <Icon name="queue" />
            <span>{texts.nav.queue}</span>
          </Link>
        )}
        <span className="rail-space" />
        <LiveDot />
        <Button className="rail-item" onPress={() => setShowsHelp(true)} aria-keyshortcuts="?">
          <Icon name="help" />
          <span>{texts.nav.help}</span>
        </Button>
        <Switcher onSwitch={onSwitch} />
        <Button
          className="rail-item"
          onPress={() => leave.mutate()}
          aria-label={`${texts.nav.signOut} (${session.user.name}, ${session.organization.name})`}
        >
          <Icon name="exit" />
          <span>{texts.nav.signOut}</span>
        </Button>
      </nav>
      <div className="screen">
        <LiveBanner />
        <Outlet />
      </div>
      <Help isOpen={showsHelp} onOpenChange={setShowsHelp} />
    </div>
  );
}

function LiveDot() {
  const { status } = useDesk();
  return (
    <p className={`live-dot live-${status}`} title={texts.live[status]}>
      <i aria-hidden="true" />
      <span>{texts.live.short[status]}</span>
    </p>
  );
}

/** Says at once when what is shown may be old. */
function LiveBanner() {
  const { status } = useDesk();
  const isLost = status === "offline" || status === "reconnecting";
  return (
    <div role="status" className="banner-place">
      {isLost && (
        <p className="banner">
          <Icon name="offline" />
          {texts.live[status]}
        </p>
      )}
    </div>
  );
}
