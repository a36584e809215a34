import { AppError, errorMessage } from "../lib/errors.ts";
import { readEndpoint } from "./endpoint.ts";

const DEADLINE_MS = 2_500;

/**
 * Asks the model's API for its list of models, which costs nothing. Any answer counts but 429 and 5xx:
 * not every compatible API has the list. Rejects with `model_unavailable`.
 */
export async function probeModel(api: { baseUrl: string; apiKey: string }): Promise<void> {
  const { url, apiVersion, isDatedAzure } = readEndpoint(api.baseUrl);
  const query = apiVersion === null ? "" : `?api-version=${encodeURIComponent(apiVersion)}`;
  const answer = await fetch(`${url}/models${query}`, {
    headers: isDatedAzure ? { "api-key": api.apiKey } : { authorization: `Bearer ${api.apiKey}` },
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).catch((error: unknown) => {
    throw new AppError("model_unavailable", `The model: ${errorMessage(error)}`, {}, error);
  });
  await answer.body?.cancel();
  const { status } = answer;
  if (status === 429 || status >= 500) {
    throw new AppError("model_unavailable", `The model's API answers ${status}.`, { status });
  }
}
