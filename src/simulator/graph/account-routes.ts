import { Elysia, t } from "elysia";
import type { Identity } from "../deps.ts";
import type { World } from "../world.ts";
import { type GraphRefusal, refusal, refusalResponse } from "./errors.ts";

const tags = ["Simulator: Graph API"];
/** Named as the other routes below this prefix name it; here it is an account as well. */
const params = t.Object({ version: t.String(), phoneNumberId: t.String() });

/** Meta's reading of numbers and accounts, as far as connecting a number needs it. */
export function accountRoutes(world: World) {
  const subscribed = new Set<string>();
  const ofAccount =
    (say: (numbers: readonly Identity[], id: string) => object) =>
    (numbers: readonly Identity[], id: string) =>
      numbers.some(({ wabaId }) => wabaId === id) ? say(numbers, id) : refusal(100, ACCOUNT_ONLY);
  const route = (summary: string) => ({ params, detail: { tags, summary } });
  return new Elysia({ prefix: "/graph" })
    .get(
      "/:version/:phoneNumberId",
      (asked) =>
        answer(world, asked, ([number], id) =>
          number?.phoneNumberId === id ? describeNumber(number) : describeAccount(number, id),
        ),
      route("Read a number or an account"),
    )
    .get(
      "/:version/:phoneNumberId/phone_numbers",
      (asked) =>
        answer(
          world,
          asked,
          ofAccount((numbers) => ({ data: numbers.map((one) => ({ id: one.phoneNumberId })) })),
        ),
      route("List an account's numbers"),
    )
    .get(
      "/:version/:phoneNumberId/subscribed_apps",
      (asked) =>
        answer(
          world,
          asked,
          ofAccount((_, id) => ({ data: subscribed.has(id) ? [APP] : [] })),
        ),
      route("List an account's subscribed apps"),
    )
    .post(
      "/:version/:phoneNumberId/subscribed_apps",
      (asked) =>
        answer(
          world,
          asked,
          ofAccount((_, id) => ({ success: subscribed.add(id).has(id) })),
        ),
      route("Subscribe the app to an account"),
    );
}

const ACCOUNT_ONLY = "Only business accounts have this.";
const APP = { whatsapp_business_api_data: { id: "simulated-app" } };

interface Asked {
  params: { phoneNumberId: string };
  headers: Record<string, string | undefined>;
}

/** Says something of the numbers of the token that the id names: one, or all of an account. */
function answer(
  world: World,
  { params: { phoneNumberId: id }, headers }: Asked,
  say: (numbers: readonly Identity[], id: string) => object,
): Response {
  const fault = world.faults.take("graph", "account", { to: [id] });
  if (fault) return refusalResponse(refusal(fault.code ?? 2, "Asked for by a fault."));
  const found = named(world, id, headers["authorization"]);
  if (isRefusal(found)) return refusalResponse(found);
  const said = say(found, id);
  return isRefusal(said) ? refusalResponse(said) : Response.json(said);
}

function named(world: World, id: string, header: string | undefined): Identity[] | GraphRefusal {
  const token = header?.replace(/^Bearer\s+/i, "");
  const { numbers } = world.deps;
  const mine = numbers.filter(({ accessToken }) => accessToken === token);
  if (mine.length === 0) return refusal(190, "The access token is missing, unknown or expired.");
  const has = ({ phoneNumberId, wabaId }: Identity) => phoneNumberId === id || wabaId === id;
  if (!numbers.some(has)) return refusal(100, `Object with ID '${id}' does not exist.`);
  const found = mine.filter(has);
  return found.length > 0 ? found : refusal(10, "This object is not yours.");
}

function isRefusal(value: object): value is GraphRefusal {
  return "httpStatus" in value;
}

function describeNumber(number: Identity): object {
  return {
    id: number.phoneNumberId,
    display_phone_number: number.displayPhoneNumber,
    verified_name: number.businessName,
    quality_rating: "GREEN",
    throughput: { level: "STANDARD" },
  };
}

function describeAccount(number: Identity | undefined, id: string): object {
  return {
    id,
    name: number?.businessName,
    owner_business_info: { id: number?.portfolioId, name: number?.businessName },
  };
}
