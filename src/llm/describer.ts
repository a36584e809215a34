import { DescribeAnswer, parseAnswer } from "./answers.ts";
import { ask, type NoAnswer } from "./ask.ts";
import { describePrompt } from "./prompts/describe.ts";
import { type ModelOptions, starter, type ThinkingRun } from "./run.ts";
import type { MediaFile } from "./transcriber.ts";

interface Picture extends MediaFile {
  caption: string | null;
}

type Description = { kind: "description"; text: string } | NoAnswer;

export interface Describer {
  /** What a picture shows. Rejects like `Thinker.think`. */
  describe(picture: Picture, run: ThinkingRun): Promise<Description>;
}

/** Puts pictures into words, by a model that can see. */
export function createDescriber(options: ModelOptions): Describer {
  const start = starter(options);
  return {
    describe: async ({ organizationId, bytes, mimeType, caption }, run) => {
      const prompt = describePrompt({ caption });
      const image = `data:${mimeType};base64,${Buffer.from(bytes).toString("base64")}`;
      const parse = (content: string) => parseAnswer(DescribeAnswer, content);
      const question = { prompt, messages: prompt.messages, image, parse };
      const answer = await ask(start(run, organizationId), question);
      if (answer.kind !== "answer") return answer;
      return { kind: "description", text: answer.value.description };
    },
  };
}
