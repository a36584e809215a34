import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { resetPassword } from "../api/calls.ts";
import { ApiError, sayByStatus } from "../api/http.ts";
import { DoorCard, DoorForm, NewPasswordField } from "../parts/door.tsx";
import { texts } from "../texts.ts";

interface Props {
  /** Out of the mail's link. */
  token: string;
  /** All sessions of the person have ended, and one of them may be this page's. */
  onReset: () => void;
}

/** A new password for who can read the person's mail. */
export function ResetPassword({ token, onReset }: Props) {
  const attempt = useMutation({
    mutationFn: (password: string) => resetPassword({ token, password }),
    onSuccess: onReset,
  });
  const words = texts.doors.reset;
  if (attempt.isSuccess) {
    return (
      <DoorCard title={words.doneTitle} about={words.done}>
        <Link to="/" replace className="button is-strong is-wide">
          {texts.doors.toSignIn}
        </Link>
      </DoorCard>
    );
  }
  const isDead = attempt.error instanceof ApiError && attempt.error.status === 404;
  if (token === "" || isDead) {
    return (
      <DoorCard title={words.deadTitle} about={words.dead}>
        <Link to="/forgot-password" replace className="button is-strong is-wide">
          {words.another}
        </Link>
      </DoorCard>
    );
  }
  return (
    <DoorCard title={words.title} about={words.about}>
      <DoorForm
        error={attempt.error && sayByStatus(attempt.error, { 422: texts.doors.easyPassword })}
        submit={words.submit}
        submitting={words.submitting}
        isPending={attempt.isPending}
        onSubmit={(read) => attempt.mutate(read("password"))}
      >
        <NewPasswordField label={texts.doors.newPassword} autoFocus />
      </DoorForm>
    </DoorCard>
  );
}
