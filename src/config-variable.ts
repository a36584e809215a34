import { type TSchema, Type } from "@sinclair/typebox";

export type Role = "all" | "api" | "worker" | "scheduler";
export type RunningRole = Exclude<Role, "all">;

/** What the schema keeps about a variable beside its type; `.env.example` and errors are made of it. */
export interface Facts {
  /** Heading it stands under in `.env.example`. */
  section: "Process" | "Stores" | "WhatsApp" | "Model" | "Secrets" | "Operations";
  /** What it is, in a sentence or two. */
  about: string;
  /** Completes "NAME must be …" when the value is wrong. */
  must: string;
  /** Roles that read it. */
  roles: readonly RunningRole[];
  /** Its absence stops these roles when NODE_ENV=production; there is a default elsewhere. */
  requiredInProduction?: true;
  /** How to change it without downtime. */
  rotate?: string;
  /** Shown after `NAME=` in `.env.example`. */
  example?: string;
}

export const EVERY_ROLE = ["api", "worker", "scheduler"] as const;

export function variable<Schema extends TSchema>(schema: Schema, facts: Facts): Schema & Facts {
  return { ...schema, ...facts };
}

export const text = (pattern?: string) =>
  Type.Optional(Type.String(pattern === undefined ? { minLength: 1 } : { pattern }));
export const list = (itemPattern: string) =>
  Type.Optional(Type.Array(Type.String({ pattern: itemPattern }), { minItems: 1 }));
export const port = () => Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 }));
