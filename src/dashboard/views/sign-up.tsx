import { useMutation } from "@tanstack/react-query";
import { type SignedIn, signUp } from "../api/calls.ts";
import { sayByStatus } from "../api/http.ts";
import {
  DoorCard,
  DoorField,
  DoorForm,
  DoorLink,
  EmailField,
  NewPasswordField,
} from "../parts/door.tsx";
import { texts } from "../texts.ts";

/** An organization for a business that has none yet, and its owner. */
export function SignUp({ onSignedIn }: { onSignedIn: (session: SignedIn) => void }) {
  const attempt = useMutation({ mutationFn: signUp, onSuccess: onSignedIn });
  const words = texts.doors.signUp;
  const said = { 401: words.taken, 403: words.closed, 422: texts.doors.easyPassword };
  return (
    <DoorCard title={words.title} about={words.about}>
      <DoorForm
        error={attempt.error && sayByStatus(attempt.error, said)}
        submit={words.submit}
        submitting={words.submitting}
        isPending={attempt.isPending}
        onSubmit={(read) =>
          attempt.mutate({
            organizationName: read("organizationName"),
            name: read("name"),
            email: read("email").trim(),
            password: read("password"),
          })
        }
      >
        <DoorField
          name="organizationName"
          label={words.organization}
          autoComplete="organization"
          maxLength={200}
          autoFocus
        />
        <DoorField name="name" label={texts.doors.name} autoComplete="name" maxLength={100} />
        <EmailField />
        <NewPasswordField label={texts.doors.password} />
      </DoorForm>
      <DoorLink ask={words.hasAccount} to="/" label={texts.doors.toSignIn} />
    </DoorCard>
  );
}
