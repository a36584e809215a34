import { Elysia, t } from "elysia";
import type { Identity } from "../deps.ts";
import type { World } from "../world.ts";
import { type GraphRefusal, refusal, refusalResponse } from "./errors.ts";
import { describeFile } from "./media-routes.ts";
import { badToken } from "./tokens.ts";

const tags = ["Simulator: Graph API"];
/** Named as the other routes below this prefix name it; here it is an account as well. */
const params = t.Object({ version: t.String(), phoneNumberId: t.String() });
const route = (summary: string) => ({ params, detail: { tags, summary } });

/** The one app that all simulated tokens were made for. */
const APP_ID = "700000000000009";
const APP = { whatsapp_business_api_data: { id: APP_ID, name: "Simulated app" } };
const SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"];

/**
 * Meta's reading of numbers, accounts and tokens, as far as connecting a number needs it. The fault
 * `account` spoils it. That nobody is subscribed is only told: webhooks go out all the same.
 */
export function accountRoutes(world: World) {
  const { subscriptions } = world;
  return new Elysia({ prefix: "/graph" })
    .get(
      "/:version/debug_token",
      ({ headers, query }) => answerToken(world, headers["authorization"], query.input_token),
      {
        params: t.Object({ version: t.String() }),
        query: t.Object({ input_token: t.String() }),
        detail: { tags, summary: "Read a token" },
      },
    )
    .get(
      "/:version/:phoneNumberId",
      (asked) =>
        fileOf(world, asked) ??
        answer(world, asked, ([number], id) =>
          number?.phoneNumberId === id
            ? describeNumber(world, number)
            : describeAccount(number, id),
        ),
      route("Read a number, an account or a file"),
    )
    .get(
      "/:version/:phoneNumberId/phone_numbers",
      (asked) =>
        answerOfAccount(world, asked, (numbers) => ({
          data: numbers.map(({ phoneNumberId }) => ({ id: phoneNumberId })),
        })),
      route("List an account's numbers"),
    )
    .get(
      "/:version/:phoneNumberId/subscribed_apps",
      (asked) =>
        answerOfAccount(world, asked, (_, id) => ({ data: subscriptions.has(id) ? [APP] : [] })),
      route("List an account's subscribed apps"),
    )
    .post(
      "/:version/:phoneNumberId/subscribed_apps",
      (asked) =>
        answerOfAccount(world, asked, (_, id) => ({ success: subscriptions.add(id).has(id) })),
      route("Subscribe the app to an account"),
    )
    .get(
      "/:version/:phoneNumberId/subscriptions",
      ({ params: { phoneNumberId }, headers }) =>
        answerOfApp(world, phoneNumberId, headers["authorization"]),
      route("Read where the app's webhooks go, with its secret"),
    )
    .delete(
      "/:version/:phoneNumberId/subscribed_apps",
      (asked) => answerOfAccount(world, asked, (_, id) => ({ success: subscriptions.delete(id) })),
      route("End the app's subscription"),
    );
}

interface Asked {
  params: { phoneNumberId: string };
  headers: Record<string, string | undefined>;
}

function fileOf(world: World, { params, headers, request }: Asked & { request: Request }) {
  const { origin } = new URL(request.url);
  return describeFile(world, {
    ...{ id: params.phoneNumberId, authorization: headers["authorization"], origin },
  });
}

type Say = (numbers: readonly Identity[], id: string) => object;

/** Says something of the numbers of the token that the id names: one, or all of an account. */
function answer(world: World, { params: { phoneNumberId: id }, headers }: Asked, say: Say) {
  const found = spoilt(world, id) ?? named(world, id, headers["authorization"]);
  if (isRefusal(found)) return refusalResponse(found);
  const said = say(found, id);
  return isRefusal(said) ? refusalResponse(said) : Response.json(said);
}

function answerOfAccount(world: World, asked: Asked, say: Say) {
  return answer(world, asked, (numbers, id) =>
    numbers.some(({ wabaId }) => wabaId === id)
      ? say(numbers, id)
      : refusal(100, "Only business accounts have this."),
  );
}

function answerToken(world: World, authorization: string | undefined, token: string) {
  const fault = spoilt(world, "debug_token");
  if (fault) return refusalResponse(fault);
  if (world.tokens.numbersOf(authorization).length === 0) return refusalResponse(badToken());
  const isValid = world.tokens.numbersOf(token).length > 0;
  const data = { app_id: APP_ID, type: "SYSTEM_USER", expires_at: 0 };
  return Response.json({ data: { ...data, is_valid: isValid, scopes: isValid ? SCOPES : [] } });
}

function answerOfApp(world: World, id: string, authorization: string | undefined) {
  const fault = spoilt(world, id);
  if (fault) return refusalResponse(fault);
  const [number] = world.deps.numbers;
  const isSecret = world.deps.numbers.some(
    ({ appSecret }) => authorization === `Bearer ${APP_ID}|${appSecret}`,
  );
  if (id !== APP_ID || !isSecret) return refusalResponse(badToken());
  const told = world.faults.take("graph", "fields", { to: [id] }) ? [] : world.fields;
  const fields = told.map((name) => ({ name, version: "v25.0" }));
  const subscription = { object: "whatsapp_business_account", callback_url: number.webhookUrl };
  return Response.json({ data: [{ ...subscription, active: true, fields }] });
}

function spoilt(world: World, id: string): GraphRefusal | undefined {
  const fault = world.faults.take("graph", "account", { to: [id] });
  if (!fault) return undefined;
  const refused = refusal(fault.code ?? 2, "Asked for by a fault.");
  return { ...refused, httpStatus: fault.httpStatus ?? refused.httpStatus };
}

function named(
  world: World,
  id: string,
  authorization: string | undefined,
): readonly Identity[] | GraphRefusal {
  const mine = world.tokens.numbersOf(authorization);
  if (mine.length === 0) return badToken();
  const has = ({ phoneNumberId, wabaId }: Identity) => phoneNumberId === id || wabaId === id;
  if (!world.deps.numbers.some(has)) {
    return { ...refusal(100, `Object with ID '${id}' does not exist.`), subcode: 33 };
  }
  const found = mine.filter(has);
  return found.length > 0 ? found : refusal(10, "This object is not yours.");
}

function isRefusal(value: object): value is GraphRefusal {
  return "httpStatus" in value;
}

/** The fault `health` blocks it, with its code. */
function describeNumber({ faults }: World, number: Identity): object {
  const ill = faults.take("graph", "health", { to: [number.phoneNumberId] });
  const canSend = ill ? "BLOCKED" : "AVAILABLE";
  const errors = ill
    ? [
        {
          error_code: ill.code,
          error_description: "The account may not send.",
          possible_solution: "Add a payment method.",
        },
      ]
    : [];
  return {
    health_status: {
      can_send_message: canSend,
      entities: [
        { entity_type: "PHONE_NUMBER", id: number.phoneNumberId, can_send_message: "AVAILABLE" },
        { entity_type: "WABA", id: number.wabaId, can_send_message: canSend, errors },
      ],
    },
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
