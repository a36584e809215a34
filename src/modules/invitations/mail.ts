import type { Mail } from "../../lib/mail.ts";
import type { Invitation } from "./model.ts";

/** Names are people's own: none may write lines of its own into a mail of ours. */
const oneLine = (text: string) => text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();

export function invitationMail(
  { email, role, invitedBy }: Invitation,
  organizationName: string,
  link: string,
): Mail {
  const organization = oneLine(organizationName);
  return {
    kind: "invitation",
    to: email,
    subject: `${oneLine(invitedBy.name)} invites you to ${organization} on Leadline`,
    text: `Hello,

${oneLine(invitedBy.name)} invites you to work on the WhatsApp chats of ${organization}, as ${role}. Join here within seven days:

${link}

The link works once. If you do not know them, do nothing.`,
  };
}
