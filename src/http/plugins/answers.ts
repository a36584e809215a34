import type { TSchema } from "@sinclair/typebox";
import { AppError, type ErrorCode } from "../../lib/errors.ts";
import { PROBLEM_CONTENT_TYPE, problemOf } from "../problem.ts";

const EXAMPLE_REQUEST_ID = "019aabcd-1234-7000-8000-000000000000";

/** What any signed-in route can answer besides its own. */
const ALWAYS: readonly ErrorCode[] = ["unauthenticated", "invalid_input", "database_unavailable"];

interface RouteDocs {
  tag: string;
  summary: string;
  description: string;
  /** The answer when all went well; without a schema it has no body. */
  answer: { status: number; schema?: TSchema; description: string };
  /** Beyond those every signed-in route has. */
  problems?: readonly ErrorCode[];
}

/** `detail` of a route that takes the session cookie: what it does and every way it can answer. */
export function signedInRoute(docs: RouteDocs) {
  const problems = [...ALWAYS, ...(docs.problems ?? [])];
  return { ...routeDetail({ ...docs, problems }), security: [{ session: [] }] };
}

/** `detail` of a route that needs no session. */
export function routeDetail({ tag, summary, description, answer, problems = [] }: RouteDocs) {
  const { status, schema } = answer;
  return {
    tags: [tag],
    summary,
    description,
    responses: {
      [status]: {
        description: answer.description,
        ...(schema && { content: { "application/json": { schema } } }),
      },
      ...problemResponses(problems),
    },
  };
}

/** One answer per status; codes that share one are examples side by side. */
function problemResponses(codes: readonly ErrorCode[]) {
  const bodies = codes.map((code) => problemOf(new AppError(code, "…"), EXAMPLE_REQUEST_ID).body);
  const byStatus = Map.groupBy(bodies, ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map(({ code, title }) => `\`${code}\`: ${title}.`).join(" "),
        content: {
          [PROBLEM_CONTENT_TYPE]: {
            schema: { $ref: "#/components/schemas/Problem" },
            examples: Object.fromEntries(group.map((body) => [body.code, { value: body }])),
          },
        },
      },
    ]),
  );
}
