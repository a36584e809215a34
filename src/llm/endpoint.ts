/** A model API, as OPENAI_BASE_URL names it. */
export interface Endpoint {
  /** Without query and trailing slash. */
  url: string;
  /** Of an `api-version` in the address's query: Azure's. */
  apiVersion: string | null;
  /**
   * Azure's dated API: the model is a deployment in the path, the key goes in the header `api-key`. Its `/v1`
   * takes the same requests as OpenAI.
   */
  isDatedAzure: boolean;
}

/** Reads `https://….openai.azure.com/openai?api-version=2024-10-21` and every plainer address. */
export function readEndpoint(baseUrl: string): Endpoint {
  const { origin, pathname, searchParams } = new URL(baseUrl);
  const path = pathname.replace(/\/+$/, "");
  const apiVersion = searchParams.get("api-version");
  return {
    url: `${origin}${path}`,
    apiVersion,
    isDatedAzure: apiVersion !== null && !path.endsWith("/v1"),
  };
}
