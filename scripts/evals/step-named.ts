import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** Where a request names its step: the schema it wants answered, or the tool it has to call. */
const Named = Type.Object({
  response_format: Type.Optional(
    Type.Object({ json_schema: Type.Optional(Type.Object({ name: Type.String() })) }),
  ),
  tools: Type.Optional(Type.Array(Type.Object({ function: Type.Object({ name: Type.String() }) }))),
});

/** The step that a request to the model is about; null if it does not say. */
export function stepNamed(request: unknown): string | null {
  if (!Value.Check(Named, request)) return null;
  return request.response_format?.json_schema?.name ?? request.tools?.[0]?.function.name ?? null;
}
