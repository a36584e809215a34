import { Elysia } from "elysia";
import { AppError } from "../../lib/errors.ts";
import { type FaultSpec, faultKinds } from "../faults.ts";
import type { World } from "../world.ts";
import { FaultBody, FaultQuery } from "./schemas.ts";
import { strictly } from "./strictly.ts";

const tags = ["Simulator: control"];

/** Which extra field a kind cannot do without. */
const needs: Readonly<Partial<Record<string, keyof FaultSpec>>> = {
  slow: "delayMs",
  delay: "delayMs",
  graph_code: "code",
  fail_later: "code",
};

function checkFault(spec: FaultSpec): FaultSpec {
  const kinds: readonly string[] = faultKinds[spec.target];
  if (!kinds.includes(spec.kind)) {
    throw new AppError(
      "invalid_input",
      `kind: ${spec.target} has no ${spec.kind}; it has ${kinds.join(", ")}.`,
    );
  }
  const field = needs[spec.kind];
  if (field !== undefined && spec[field] === undefined) {
    throw new AppError("invalid_input", `${field}: ${spec.kind} needs it.`);
  }
  return spec;
}

/** Makes things go wrong on purpose, until deleted or used up. */
export function faultRoutes({ faults, outbox }: Pick<World, "faults" | "outbox">) {
  return new Elysia()
    .get("/faults", () => ({ data: faults.list() }), {
      detail: { tags, summary: "Faults, with how often each was met and fired" },
    })
    .post(
      "/faults",
      ({ body, set }) => {
        const fault = faults.add(checkFault(body));
        set.status = 201;
        return fault;
      },
      {
        transform: strictly({ body: FaultBody }),
        body: FaultBody,
        detail: {
          tags,
          summary: "Make something go wrong",
          description: Object.entries(faultKinds)
            .map(([target, kinds]) => `${target}: ${kinds.join(", ")}.`)
            .join(" "),
        },
      },
    )
    .delete(
      "/faults",
      ({ query }) => {
        const removed = faults.remove(query);
        if (!faults.list().some(({ kind }) => kind === "hold_statuses")) outbox.releaseHeld();
        return { removed };
      },
      {
        transform: strictly({ query: FaultQuery }),
        query: FaultQuery,
        detail: {
          tags,
          summary: "Delete faults, all or by id, target, kind; held statuses go out",
        },
      },
    );
}
