import { describe, expect, test } from "bun:test";
import { type Dialect, fullDialect, simpler } from "../../src/llm/dialect.ts";

const said = (message: string, param: string | null = null) => ({ message, param });

describe("what a server does not know", () => {
  /** As servers word it, the way of asking that they refused, and what is left of it. */
  const cases: [string, Partial<Dialect>, ReturnType<typeof said>, Partial<Dialect>][] = [
    [
      "OpenAI, an older model",
      {},
      said("Invalid parameter: 'response_format' of type 'json_schema' is …", "response_format"),
      { form: "json_object", schemaInPrompt: true },
    ],
    [
      "Groq",
      {},
      said(
        "This model does not support response format `json_schema`. See supported models at …",
        "response_format",
      ),
      { form: "json_object", schemaInPrompt: true },
    ],
    [
      "DeepSeek",
      {},
      said("This response_format type is unavailable now"),
      { form: "json_object", schemaInPrompt: true },
    ],
    [
      "LM Studio",
      { form: "json_object", schemaInPrompt: true },
      said("\"'response_format.type' must be 'json_schema' or 'text'\""),
      { form: "tool", schemaInPrompt: false },
    ],
    [
      "Azure, an older version",
      {},
      said("response_format value as json_schema is enabled only for api versions 2024-08-01-…"),
      { form: "json_object", schemaInPrompt: true },
    ],
    [
      "Ollama, a model without tools",
      { form: "tool" },
      said("registry.ollama.ai/library/gemma does not support tools"),
      { form: "text", schemaInPrompt: true },
    ],
    [
      "vLLM without a tool parser",
      { form: "tool" },
      said(
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      ),
      { form: "text", schemaInPrompt: true },
    ],
    [
      "an old Azure deployment",
      {},
      said("Unrecognized request argument supplied: max_completion_tokens"),
      { limit: "max_tokens" },
    ],
    [
      "Mistral",
      {},
      said('{"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"]}]}'),
      { limit: "max_tokens" },
    ],
    [
      "a reasoning model of OpenAI",
      { limit: "max_tokens" },
      said("Unsupported parameter: 'max_tokens' is not supported with this model.", "max_tokens"),
      { limit: "none" },
    ],
    [
      "a window smaller than the limit",
      {},
      said("'max_tokens' or 'max_completion_tokens' is too large: 4000. This model's maximum …"),
      { limit: "max_tokens" },
    ],
    [
      "o1-mini",
      {},
      said("Unsupported value: 'messages[0].role' does not support 'system'", "messages[0].role"),
      { instructions: "developer" },
    ],
    [
      "a template without instructions",
      { instructions: "developer" },
      said("System role not supported", "messages"),
      { instructions: "user" },
    ],
  ];

  test.each(cases)("%s", (_name, asked, complaint, left) => {
    const dialect = { ...fullDialect, ...asked };
    expect(simpler(dialect, complaint)).toEqual({ ...dialect, ...left });
  });

  test.each([
    ["a request that is too long", said("This model's maximum context length is 8192 tokens.")],
    ["a model that is not there", said("The model `x` does not exist", "model")],
    ["tools, which were not asked for", said("x does not support tools")],
    ["a lead's words, quoted", said(`Bad input: ${"…".repeat(300)} response_format json_schema`)],
    ["messages, where a lead names a format", said("json_schema?", "messages[1].content")],
  ])("is not %s", (_name, complaint) => {
    expect(simpler(fullDialect, complaint)).toBeNull();
  });

  test("ends: there is nothing simpler than plain text", () => {
    const least: Dialect = {
      ...{ form: "text", schemaInPrompt: true, limit: "none", instructions: "user" },
    };
    for (const part of ["response_format", "tools", "max_tokens", "messages[0].role"]) {
      expect(simpler(least, said("Unsupported.", part))).toBeNull();
    }
  });
});
