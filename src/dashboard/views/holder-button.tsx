import { useState } from "react";
import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import type { ConversationRow } from "../api/calls.ts";
import { Key } from "../parts/key.tsx";
import { type Holder, holderOf } from "../parts/names.ts";
import { useWorkplace } from "../state/context.ts";
import { maySeize } from "../state/may-write.ts";
import type { HandOverAct } from "../state/use-chat.ts";
import { texts } from "../texts.ts";
import { useKeys } from "./keys.ts";

interface Props {
  row: ConversationRow;
  isPending: boolean;
  onAct: (what: HandOverAct) => void;
}

/** The one action of a chat: take it, give it back, or ask before it is taken from a colleague. */
export function HolderButton({ row, isPending, onAct }: Props) {
  const { session } = useWorkplace();
  const [asks, setAsks] = useState(false);
  const holder = holderOf(row, session.user.id);
  const isTheirs = holder.kind === "other" && !maySeize(row, session);
  const isDisabled = isPending || session.role === "viewer" || isTheirs;
  const press = () => {
    if (isDisabled) return;
    if (holder.kind === "other") setAsks(true);
    else onAct(holder.kind === "bot" ? "takeover" : "release");
  };
  useKeys({ t: press });
  const act = (what: HandOverAct) => {
    setAsks(false);
    onAct(what);
  };
  return (
    <>
      <Button
        className={holder.kind === "bot" ? "button is-strong" : "button"}
        isDisabled={isDisabled}
        onPress={press}
        aria-keyshortcuts="t"
        {...(holder.kind === "other" ? { "aria-haspopup": "dialog" as const } : {})}
      >
        <Words holder={holder} />
        <Key name="T" />
      </Button>
      {holder.kind === "other" && (
        <AskFirst name={holder.name} isOpen={asks} onOpenChange={setAsks} onAct={act} />
      )}
    </>
  );
}

function Words({ holder }: { holder: Holder }) {
  if (holder.kind === "you") return <span>{texts.chat.release}</span>;
  return (
    <span>
      {texts.chat.takeOver}
      {holder.kind === "other" && <span className="from-whom">{texts.chat.from(holder.name)}</span>}
    </span>
  );
}

interface AskProps {
  name: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onAct: (what: HandOverAct) => void;
}

/** A colleague may be in the middle of a sentence. */
function AskFirst({ name, isOpen, onOpenChange, onAct }: AskProps) {
  return (
    <ModalOverlay className="overlay" isDismissable isOpen={isOpen} onOpenChange={onOpenChange}>
      <Modal className="modal">
        <Dialog className="dialog" role="alertdialog">
          <Heading slot="title">{texts.seize.title(name)}</Heading>
          <p className="dialog-text">{texts.seize.about}</p>
          <div className="dialog-actions">
            <Button className="button is-strong" autoFocus onPress={() => onAct("seize")}>
              {texts.seize.take}
            </Button>
            <Button className="button" onPress={() => onAct("release")}>
              {texts.seize.release}
            </Button>
            <Button className="button is-quiet" slot="close">
              {texts.seize.cancel}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
