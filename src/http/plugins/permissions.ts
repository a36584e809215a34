export const roles = ["owner", "admin", "agent", "viewer"] as const;
export type Role = (typeof roles)[number];

const everyone: readonly Role[] = roles;
const team: readonly Role[] = ["owner", "admin", "agent"];
const admins: readonly Role[] = ["owner", "admin"];

/** Who may do what: the one table. An action is what a route declares, and what a key's scope names. */
export const permissions = {
  "leads:read": everyone,
  "leads:write": team,
  "leads:erase": admins,
  "conversations:read": everyone,
  "conversations:write": team,
  /** Taking from a colleague the chat that they hold, or giving it back to the bot. */
  "conversations:seize": admins,
  "messages:read": everyone,
  "messages:write": team,
  "organization:read": everyone,
  "organization:write": admins,
  "knowledge:read": everyone,
  "knowledge:write": admins,
  "ctas:read": everyone,
  "ctas:write": admins,
  "bookings:read": everyone,
  "bookings:write": team,
  "templates:read": everyone,
  "templates:write": admins,
  "follow-ups:read": everyone,
  "follow-ups:write": admins,
  "numbers:read": everyone,
  "numbers:write": admins,
  "alerts:read": everyone,
  "analytics:read": everyone,
  "usage:read": admins,
  "users:read": everyone,
  "users:write": admins,
  "api-keys:read": admins,
  "api-keys:write": admins,
  "audit:read": admins,
  "prompts:read": admins,
  "prompts:write": admins,
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof permissions;

/** Never given to machines: a leaked key must not be able to make itself at home. */
const peopleOnly = [
  "conversations:seize",
  "numbers:write",
  "users:write",
  "api-keys:read",
  "api-keys:write",
] as const satisfies readonly Action[];

/** What an API key may be made for. */
export const scopes = Object.keys(permissions).filter(isScope);
export type Scope = Exclude<Action, (typeof peopleOnly)[number]>;

export function isScope(text: string): text is Scope {
  return isAction(text) && !peopleOnly.some((action) => action === text);
}

export function roleAllows(role: Role, action: Action): boolean {
  const allowed: readonly Role[] = permissions[action];
  return allowed.includes(role);
}

function isAction(text: string): text is Action {
  return Object.hasOwn(permissions, text);
}
