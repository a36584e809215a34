import type { AnyElysia } from "elysia";
import { advanceClockOffset } from "../db/queries/clock-offset.ts";
import { seedDemo, seedDemoOperator } from "../db/seed/demo.ts";
import { demoNumber, demoOrganization } from "../db/seed/northwind.ts";
import { AppError } from "../lib/errors.ts";
import { phonePage } from "../simulator/phone/serve.ts";
import { createSimulator } from "../simulator/simulator.ts";
import type { KnownTemplate } from "../simulator/templates/store.ts";
import type { TemplateComponent } from "../whatsapp/template.ts";
import { toGraphComponents } from "../whatsapp/template-wire.ts";
import type { Core } from "./core.ts";

/** The simulator as part of this process: what plays Meta, the leads' phones and the model. */
export interface RunningSimulator {
  parts: readonly AnyElysia[];
  stop(): Promise<void>;
}

/** Seeds the demo organization and builds the simulator that knows it. */
export async function startSimulator(core: Core): Promise<RunningSimulator> {
  const { db, box, clock, log, config } = core;
  const { organizationId } = await seedDemo({ db, box, number: demoNumber });
  await seedDemoOperator(db);
  const [appSecret] = core.appSecrets;
  const [verifyToken] = core.verifyTokens;
  if (appSecret === undefined || verifyToken === undefined) {
    throw new AppError("invalid_config", "The simulator has no secret to sign webhooks with.");
  }
  const simulator = createSimulator({
    clock,
    log,
    templates: await knownTemplates(db),
    advanceClock: async (advanceMs) => {
      clock.setOffsetMs(await advanceClockOffset(db, advanceMs));
    },
    numbers: [
      {
        ...demoNumber,
        organizationId,
        appSecret,
        verifyToken,
        businessName: demoOrganization.name,
        webhookUrl: `http://127.0.0.1:${config.http.port}/webhooks/whatsapp`,
      },
    ],
  });
  return { parts: [simulator.app, phonePage()], stop: simulator.stop };
}

/** What Meta would still have after a restart: the simulator forgets, the database does not. */
async function knownTemplates(db: Core["db"]): Promise<KnownTemplate[]> {
  const rows = await db.rows<StoredTemplate>`
    select t.meta_template_id, t.name, t.language, t.category, t.status, t.components
    from templates t join integrations i on i.organization_id = t.organization_id
      and i.id = t.integration_id
    where i.phone_number_id = ${demoNumber.phoneNumberId} and i.active
      and t.status not in ('draft', 'DELETED')
    order by t.created_at`;
  return rows.map(({ metaTemplateId, components, ...row }) => ({
    ...row,
    wabaId: demoNumber.wabaId,
    components: toGraphComponents(components, null),
    ...(metaTemplateId !== null && { id: metaTemplateId }),
  }));
}

interface StoredTemplate extends Omit<KnownTemplate, "id" | "wabaId" | "components"> {
  metaTemplateId: string | null;
  components: TemplateComponent[];
}
