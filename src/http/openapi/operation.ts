import { isJsonObject } from "../../lib/json.ts";
import { responseHeaders } from "./headers.ts";
import { operationId } from "./operation-id.ts";
import { problemCodes, problemResponses } from "./problems.ts";
import { type Json, mapValues, plainSchema } from "./schema.ts";

/** One operation of the plugin's document as a reader needs it; schemas are still in place. */
export function plainOperation(method: string, path: string, raw: Json): Json {
  const parameters = [raw["parameters"] ?? []].flat().filter(isJsonObject).map(plainParameter);
  const headerNames = parameters
    .filter((one) => one["in"] === "header")
    .map(({ name }) => String(name));
  const own = isJsonObject(raw["responses"]) ? mapValues(raw["responses"], plainResponse) : {};
  const codes = problemCodes(raw, headerNames);
  const shape = {
    signedIn: [raw["security"] ?? []].flat().length > 0,
    tagged: ["get", "patch", "put"].includes(method) && hasVersion(own["200"]),
  };
  return {
    ...raw,
    operationId: operationId(method, path, isList(own["200"])),
    ...(parameters.length > 0 ? { parameters } : { parameters: undefined }),
    ...(isJsonObject(raw["requestBody"]) && { requestBody: plainBody(raw["requestBody"]) }),
    responses: {
      ...mapValues(own, (response, status) => withHeaders(response, status, shape, false)),
      ...mapValues(problemResponses(codes), (response, status) =>
        withHeaders(response, status, shape, true),
      ),
      ...sharedStatuses(own, problemResponses(codes), shape),
    },
    "x-problems": codes.toSorted(),
  };
}

type Shape = { signedIn: boolean; tagged: boolean };

function withHeaders(response: unknown, status: string, shape: Shape, problem: boolean): Json {
  const headers = responseHeaders(status, { ...shape, problem });
  return { ...Object(response), headers };
}

/** A status that a route answers both as itself and as a problem: 503 of the health checks. */
function sharedStatuses(own: Json, problems: Json, shape: Shape): Json {
  const shared = Object.keys(own).filter((status) => status in problems);
  return Object.fromEntries(
    shared.map((status) => {
      const [mine, theirs] = [Object(own[status]), Object(problems[status])];
      const content = { ...mine.content, ...theirs.content };
      const description = `${mine.description} ${theirs.description}`;
      return [status, withHeaders({ description, content }, status, shape, true)];
    }),
  );
}

function plainParameter(parameter: Json): Json {
  const { name, examples, description, ...rest } = parameter;
  const { description: inner, ...schema } = Object(plainSchema(parameter["schema"]));
  const [example] = [examples ?? schema["examples"] ?? []].flat();
  const { examples: _examples, ...bare } = schema;
  return {
    ...rest,
    name: parameter["in"] === "header" ? headerName(String(name)) : name,
    description: description ?? inner ?? (parameter["in"] === "path" ? "Which one." : undefined),
    ...(example !== undefined && { example }),
    schema: bare,
  };
}

/** As people write header names; `if-match` is `If-Match`. */
function headerName(name: string): string {
  return name.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function plainBody(body: Json): Json {
  return { ...body, content: plainContent(body["content"]) };
}

function plainResponse(raw: unknown): Json {
  const { description, content } = Object(raw);
  const plain = plainContent(content);
  return {
    description: typeof description === "string" ? description : "Done.",
    ...(Object.keys(plain).length > 0 && { content: plain }),
  };
}

/** The plugin offers three types for whatever names none: JSON is meant, or plain text for a string. */
function plainContent(content: unknown): Json {
  if (!isJsonObject(content)) return {};
  const types = Object.keys(content).length === 3 ? [guessType(content)] : Object.keys(content);
  return Object.fromEntries(types.map((type) => [type, plainMedia(content[type])]));
}

function guessType(content: Json): string {
  const { schema } = Object(content["text/plain"]);
  return Object(schema).type === "string" ? "text/plain" : "application/json";
}

function plainMedia(media: unknown): Json {
  const { schema, ...rest } = Object(media);
  return { ...rest, schema: plainSchema(schema) };
}

function isList(response: unknown): boolean {
  return propertiesOf(response)["data"] !== undefined;
}

function hasVersion(response: unknown): boolean {
  return propertiesOf(response)["version"] !== undefined;
}

function propertiesOf(response: unknown): Json {
  const schema = Object(response).content?.["application/json"]?.schema;
  return Object(Object(schema).properties);
}
