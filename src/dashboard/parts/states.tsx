import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { sayError } from "../api/http.ts";
import { texts } from "../texts.ts";
import { Icon, type IconName } from "./icon.tsx";

interface EmptyProps {
  words: readonly [string, string];
  icon: IconName;
  /** A way on. */
  children?: ReactNode;
}

/** A place with nothing in it: what that means, and what to do. */
export function Empty({ words, icon, children }: EmptyProps) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} />
      </span>
      <p className="empty-title">{words[0]}</p>
      <p>{words[1]}</p>
      {children}
    </div>
  );
}

/** What could not be loaded, why, and a way to try again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry: () => unknown }) {
  return (
    <div className="empty" role="alert">
      <span className="empty-icon is-bad">
        <Icon name="alert" />
      </span>
      <p className="empty-title">{texts.errors.title}</p>
      <p>{sayError(error)}</p>
      <Button className="button" onPress={() => void onRetry()}>
        {texts.errors.retry}
      </Button>
    </div>
  );
}

/** Grey shapes where content will be. */
export function Ghosts({ count, label, kind }: { count: number; label: string; kind: string }) {
  const shapes = Array.from({ length: count }, (_, index) => `${kind}-${index}`);
  return (
    <div className={`ghosts ghosts-${kind}`} role="status">
      <span className="spoken">{label}</span>
      {shapes.map((key) => (
        <span key={key} className="ghost" />
      ))}
    </div>
  );
}
