import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

/** Who is on one API process, as it tells the others: all its viewers of one organization. */
const Viewers = Type.Object({
  processId: Type.String(),
  organizationId: Type.String(),
  kind: Type.Literal("viewers"),
  viewers: Type.Array(
    Type.Object({ conversationId: Type.String(), userId: Type.String(), name: Type.String() }),
  ),
});

const Typing = Type.Object({
  processId: Type.String(),
  organizationId: Type.String(),
  kind: Type.Literal("typing"),
  conversationId: Type.String(),
  userId: Type.String(),
  name: Type.String(),
  typing: Type.Boolean(),
});

const Relayed = Type.Union([Viewers, Typing]);
export type Relayed = Static<typeof Relayed>;
export type Viewer = Static<typeof Viewers>["viewers"][number];
export type TypingNews = Omit<Static<typeof Typing>, "processId" | "kind">;

const check = TypeCompiler.Compile(Relayed);

/** What another process relayed, or undefined: processes of another version may say other things. */
export function parseRelayed(text: string): Relayed | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return check.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
