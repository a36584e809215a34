import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import {
  Button,
  Dialog,
  Form,
  Heading,
  Input,
  Label,
  Modal,
  ModalOverlay,
  TextField,
} from "react-aria-components";
import { type DeadLetter, discardDeadLetter } from "../api/calls.ts";
import { sayDetail } from "../api/http.ts";
import { newIdempotencyKey } from "../api/idempotency-key.ts";
import { texts } from "../texts.ts";

interface Props {
  letter: DeadLetter;
  /** What is about to be done; null: nothing. */
  asks: "replay" | "discard" | null;
  isPending: boolean;
  onReplay: () => void;
  onDiscarded: () => void;
  onClose: () => void;
}

/** Both are for good, so both are asked about once more. */
export function DecideDialog({ letter, asks, isPending, onReplay, onDiscarded, onClose }: Props) {
  return (
    <ModalOverlay
      className="overlay"
      isDismissable
      isOpen={asks !== null}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="modal">
        <Dialog className="dialog" role="alertdialog">
          <Heading slot="title">
            {asks === "discard" ? texts.letters.discardTitle : texts.letters.replayTitle}
          </Heading>
          {asks === "discard" ? (
            <DiscardForm letter={letter} onDiscarded={onDiscarded} />
          ) : (
            <>
              <p className="dialog-text">{texts.letters.replayAbout(letter.stream)}</p>
              <div className="dialog-actions">
                <Button
                  className="button is-strong"
                  autoFocus
                  isDisabled={isPending}
                  onPress={onReplay}
                >
                  {texts.letters.replay}
                </Button>
                <Cancel />
              </div>
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function DiscardForm({ letter, onDiscarded }: Pick<Props, "letter" | "onDiscarded">) {
  const [reason, setReason] = useState("");
  const [key] = useState(newIdempotencyKey);
  const discard = useMutation({
    mutationFn: () => discardDeadLetter(letter.id, reason.trim(), key),
    onSuccess: onDiscarded,
  });
  const isDisabled = discard.isPending || reason.trim().length < 3;
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isDisabled) discard.mutate();
      }}
    >
      <p className="dialog-text">{texts.letters.discardAbout}</p>
      <TextField className="field" value={reason} onChange={setReason} maxLength={500} autoFocus>
        <Label>{texts.letters.reason}</Label>
        <Input placeholder={texts.letters.reasonExample} />
      </TextField>
      {discard.error && (
        <p className="field-error" role="alert">
          {sayDetail(discard.error)}
        </p>
      )}
      <div className="dialog-actions">
        <Button className="button is-strong" type="submit" isDisabled={isDisabled}>
          {texts.letters.discardNow}
        </Button>
        <Cancel />
      </div>
    </Form>
  );
}

function Cancel() {
  return (
    <Button className="button is-quiet" slot="close">
      {texts.letters.cancel}
    </Button>
  );
}
