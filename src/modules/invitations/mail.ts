import { type Mail, oneLine } from "../../lib/mail.ts";
import type { Invitation } from "./model.ts";

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
