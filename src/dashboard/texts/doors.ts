const passwordRule = "At least 10 characters. Long is better than odd.";
const easyPassword =
  "Choose a longer password, and not your e-mail or one character again and again.";

/** The texts of the ways in: sign-up, invitations and forgotten passwords. */
export const doorTexts = {
  email: "E-mail",
  name: "Your name",
  password: "Password",
  newPassword: "New password",
  choosePassword: "Choose a password",
  yourPassword: "Your password",
  passwordRule,
  easyPassword,
  forgot: "Forgot it?",
  toSignIn: "Sign in",
  signUp: {
    title: "Start with Leadline",
    about: "Create an organization for your business; your team can join it by invitation.",
    organization: "Business name",
    submit: "Create organization",
    submitting: "Creating…",
    taken:
      "This e-mail has an account already, with another password. Use that one here, or sign in.",
    closed:
      "This installation takes no new organizations. Ask somebody of your team to invite you.",
    invite: "New here?",
    link: "Create an organization",
    hasAccount: "Have an account?",
  },
  forgotten: {
    title: "Forgot your password?",
    about: "Tell us your e-mail, and we send you a link to choose a new one.",
    submit: "Send the link",
    submitting: "Sending…",
    sentTitle: "Look into your mail",
    sent: (email: string) =>
      `If ${email} has an account, a link is on its way. It works once, within an hour.`,
    remembered: "Remembered it?",
  },
  reset: {
    title: "Choose a new password",
    about: "You will be signed out everywhere, and sign in with the new one.",
    submit: "Set the password",
    submitting: "Setting it…",
    doneTitle: "Your password is set",
    done: "All your sessions have ended. Sign in with the new password.",
    deadTitle: "This link does not work any more",
    dead: "It was used, is older than an hour, or is not whole. Ask for another one.",
    another: "Send another link",
  },
  invitation: {
    loading: "Looking at the invitation",
    title: (organization: string) => `Join ${organization}`,
    about: (name: string, role: keyof typeof roleNames) =>
      `${name} invites you to work on its WhatsApp chats as ${roleNames[role]}.`,
    known: "You have an account already: its password is enough.",
    submit: "Join",
    submitting: "Joining…",
    wrong: "That is not your password.",
    member: "You are a member already. Sign in to get there.",
    deadTitle: "This invitation does not work any more",
    dead: "It was accepted, revoked, is older than a week, or the link is not whole. Ask for another one.",
  },
  switcher: {
    label: (organization: string) => `${organization}: switch to another organization`,
    title: "Your organizations",
    close: "Close",
    current: "You are here",
    roles: { owner: "Owner", admin: "Admin", agent: "Agent", viewer: "Viewer" },
  },
} as const;

const roleNames = {
  owner: "an owner",
  admin: "an admin",
  agent: "an agent",
  viewer: "a viewer",
} as const;
