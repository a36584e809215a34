import { useMutation } from "@tanstack/react-query";
import { type SignedIn, signIn } from "../api/calls.ts";
import { isSignedOut, sayError } from "../api/http.ts";
import { DoorCard, DoorForm, DoorLink, EmailField, OwnPasswordField } from "../parts/door.tsx";
import { texts } from "../texts.ts";

interface Props {
  hasEnded: boolean;
  onSignedIn: (session: SignedIn) => void;
}

/** E-mail and password. */
export function SignIn({ hasEnded, onSignedIn }: Props) {
  const attempt = useMutation({ mutationFn: signIn, onSuccess: onSignedIn });
  return (
    <DoorCard title={texts.signIn.title} about={hasEnded ? texts.signIn.ended : texts.signIn.about}>
      <DoorForm
        error={attempt.error && sayWrong(attempt.error)}
        submit={texts.signIn.submit}
        submitting={texts.signIn.submitting}
        isPending={attempt.isPending}
        onSubmit={(read) =>
          attempt.mutate({ email: read("email").trim(), password: read("password") })
        }
      >
        <EmailField autoFocus />
        <OwnPasswordField label={texts.doors.password} />
      </DoorForm>
      <DoorLink ask={texts.doors.signUp.invite} to="/sign-up" label={texts.doors.signUp.link} />
    </DoorCard>
  );
}

function sayWrong(error: unknown): string {
  return isSignedOut(error) ? texts.signIn.wrong : sayError(error);
}
