import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  acceptInvitation,
  type InvitationPreview,
  previewInvitation,
  type SignedIn,
} from "../api/calls.ts";
import { ApiError, sayByStatus } from "../api/http.ts";
import {
  DoorCard,
  DoorField,
  DoorForm,
  NewPasswordField,
  OwnPasswordField,
} from "../parts/door.tsx";
import { Failure } from "../parts/states.tsx";
import { texts } from "../texts.ts";

interface Props {
  /** Out of the mail's link. */
  token: string;
  onSignedIn: (session: SignedIn) => void;
}

/** Who invites to what; then a name and a password, or the password one has. */
export function Invitation({ token, onSignedIn }: Props) {
  const preview = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => previewInvitation(token),
    enabled: token !== "",
    gcTime: 0,
  });
  if (token === "" || isGone(preview.error)) return <Dead />;
  if (preview.isError) return <Failure error={preview.error} onRetry={preview.refetch} />;
  if (!preview.data) return <p className="spoken">{texts.doors.invitation.loading}</p>;
  return <Join token={token} preview={preview.data} onSignedIn={onSignedIn} />;
}

function Join({ token, preview, onSignedIn }: Props & { preview: InvitationPreview }) {
  const attempt = useMutation({ mutationFn: acceptInvitation, onSuccess: onSignedIn });
  const { organizationName, invitedBy, role, email, hasAccount } = preview;
  const words = texts.doors.invitation;
  const said = { 401: words.wrong, 409: words.member, 422: texts.doors.easyPassword };
  if (isGone(attempt.error)) return <Dead />;
  return (
    <DoorCard title={words.title(organizationName)} about={words.about(invitedBy, role)}>
      <DoorForm
        error={attempt.error && sayByStatus(attempt.error, said)}
        submit={words.submit}
        submitting={words.submitting}
        isPending={attempt.isPending}
        onSubmit={(read) =>
          attempt.mutate({
            token,
            password: read("password"),
            ...(hasAccount ? {} : { name: read("name") }),
          })
        }
      >
        <DoorField
          name="email"
          label={texts.doors.email}
          type="email"
          autoComplete="username"
          fixed={email}
          {...(hasAccount && { hint: words.known })}
        />
        {hasAccount ? (
          <OwnPasswordField label={texts.doors.yourPassword} autoFocus />
        ) : (
          <>
            <DoorField
              name="name"
              label={texts.doors.name}
              autoComplete="name"
              maxLength={100}
              autoFocus
            />
            <NewPasswordField label={texts.doors.choosePassword} />
          </>
        )}
      </DoorForm>
    </DoorCard>
  );
}

function Dead() {
  const { deadTitle, dead } = texts.doors.invitation;
  return (
    <DoorCard title={deadTitle} about={dead}>
      <Link to="/" replace className="button is-wide">
        {texts.doors.toSignIn}
      </Link>
    </DoorCard>
  );
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
