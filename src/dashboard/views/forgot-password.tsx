import { useMutation } from "@tanstack/react-query";
import { forgotPassword } from "../api/calls.ts";
import { sayError } from "../api/http.ts";
import { DoorCard, DoorForm, DoorLink, EmailField } from "../parts/door.tsx";
import { texts } from "../texts.ts";

/** Asks for a link by mail. Says the same whether there is such an account or not. */
export function ForgotPassword() {
  const attempt = useMutation({ mutationFn: forgotPassword });
  const words = texts.doors.forgotten;
  const isSent = attempt.isSuccess;
  return (
    <DoorCard
      title={isSent ? words.sentTitle : words.title}
      about={isSent ? words.sent(attempt.variables) : words.about}
    >
      {!isSent && (
        <DoorForm
          error={attempt.error && sayError(attempt.error)}
          submit={words.submit}
          submitting={words.submitting}
          isPending={attempt.isPending}
          onSubmit={(read) => attempt.mutate(read("email").trim())}
        >
          <EmailField autoFocus />
        </DoorForm>
      )}
      <DoorLink ask={words.remembered} to="/" label={texts.doors.toSignIn} />
    </DoorCard>
  );
}
