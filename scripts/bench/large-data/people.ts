import { id, idOf, MEMBERS, type Pieces, SMALL_ORGANIZATIONS, skewed, weighted } from "./sql.ts";

const FIRST_NAMES =
  "Maria,Ana,José,John,Luis,Sofia,Carlos,Emma,Mohammed,Laura,David,Anna,Peter,Fatima,Lucas,Julia,Wei,Olga,Ivan,Chloé,Omar,Nora,Felix,Aisha,Hugo,Priya,Tom,Yara,Ben,Ingrid,Raj,Mina,Leo,Zoe,Otto,Vera,Kai,Ida,Emil,Una".split(
    ",",
  );
const LAST_NAMES =
  "García,Smith,Silva,Nguyen,Khan,Müller,Rossi,Brown,Santos,Kim,Ivanov,Jones,Haddad,Novak,Dubois,Sato,Lopez,Wagner,Costa,Olsen,Singh,Moreau,Weber,Ferrari,Lindqvist,Kowalski,Okafor,Byrne,Tanaka,O'Neill".split(
    ",",
  );
/** One lead in two thousand. */
export const RARE_NAME = "Zebulon Quixworth";
export const RARE_TAG = "court-case";
export const FREQUENT_NAME = "Maria";
export const FREQUENT_TAG = "newsletter";

/** SQL of lead `n`'s phone number; some hide it. */
export function phone(n: string, { roll }: Pieces): string {
  const area = weighted({ "303": 55, "720": 30, "415": 9, "512": 6 }, roll(n, 1));
  return `(case when ${roll(n, 2)} < 0.93
    then '1' || ${area} || lpad(((${n})::bigint * 7919 % 10000000)::text, 7, '0') end)`;
}

/** Organizations with their teams, numbers, knowledge and keys. */
export function organizationStatements(): string[] {
  const everyOrganization = `generate_series(0, ${SMALL_ORGANIZATIONS}) o`;
  const organization = id("organization", "o");
  return [
    `insert into organizations (id, name, quiet_ms)
      select ${organization}, case when o = 0 then 'Large' else 'Small ' || o end, 0
      from ${everyOrganization}`,
    `insert into users (id, email, name, password_hash)
      select ${id("user", "u")}, 'user' || u || '@large.example', 'Member ' || u, 'none'
      from generate_series(1, ${MEMBERS + SMALL_ORGANIZATIONS}) u`,
    `insert into memberships (organization_id, user_id, role)
      select ${id("organization", `greatest(u - ${MEMBERS}, 0)`)}, ${id("user", "u")},
        case when u = 1 or u > ${MEMBERS} then 'owner' else 'agent' end
      from generate_series(1, ${MEMBERS + SMALL_ORGANIZATIONS}) u`,
    `insert into operators (user_id) values ('${idOf("user", 1)}')`,
    `insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
        display_phone_number, access_token_box)
      select ${organization}, ${id("integration", "o * 2 + k")}, 90000 + o * 2 + k, 'waba' || o,
        'portfolio' || o, '+1 720-555-' || lpad((o * 2 + k)::text, 4, '0'), 'none'
      from ${everyOrganization}, generate_series(0, 1) k where k = 0 or o = 0`,
    `insert into facts (organization_id, id, kind, topic, text, position)
      select ${organization}, ${id("fact", "o", "k")}, 'fact', 'Topic ' || k, 'What is so: ' || k, k
      from ${everyOrganization}, generate_series(1, 40) k`,
    `insert into ctas (organization_id, id, kind, name, description, position)
      select ${organization}, ${id("cta", "o", "k")}, (array['call', 'demo', 'visit', 'link'])[k],
        'Step ' || k, 'A next step', k
      from ${everyOrganization}, generate_series(1, 4) k`,
    `insert into api_keys (organization_id, id, name, prefix, key_hash, scopes, created_by)
      select ${organization}, ${id("apiKey", "o", "k")}, 'Key ' || k, 'll_key_' || k,
        md5(o || '-' || k), array['leads:read'],
        ${id("user", `case when o = 0 then 1 else ${MEMBERS} + o end`)}
      from ${everyOrganization}, generate_series(1, 60) k`,
  ];
}

/** Leads with what they are known by and what the team wrote about them. */
export function leadStatements(use: Pieces): string[] {
  const { roll, total } = use;
  const name = `case when n % 1999 = 7 then '${RARE_NAME}' when ${roll("n", 10)} < 0.95
    then ${skewed(FIRST_NAMES, roll("n", 11))} || ' ' || ${skewed(LAST_NAMES, roll("n", 12))} end`;
  const tags = `array_remove(array[
    case when ${roll("n", 13)} < 0.3 then '${FREQUENT_TAG}' end,
    case when ${roll("n", 14)} < 0.02 then 'vip' end,
    case when ${roll("n", 15)} < 0.002 then 'solar-fair' end,
    case when n % 1999 = 11 then '${RARE_TAG}' end], null)`;
  const referral = `case when ${roll("n", 16)} < 0.35 then jsonb_build_object('source_type', 'ad',
    'source_id', 120000 + n % 17, 'headline', 'Solar from $6,900') end`;
  return [
    `insert into leads (organization_id, id, name, username, email, company, source, referral, tags,
        owner_id, created_at, erased_at, merged_into)
      select ${use.organization("n")}, ${id("lead", "n")}, ${name},
        case when ${roll("n", 17)} < 0.1 then 'user.' || to_hex(n) end,
        case when ${roll("n", 18)} < 0.2 then 'lead' || n || '@mail.example' end,
        case when ${roll("n", 19)} < 0.1 then 'Company ' || n % 4000 end,
        case when ${roll("n", 16)} < 0.35 then 'ad' when ${roll("n", 20)} < 0.05 then 'manual'
          else 'organic' end,
        ${referral}, ${tags},
        case when ${roll("n", 21)} < 0.15 then ${use.member("n", roll("n", 22))} end,
        ${use.createdAt("n")},
        case when ${roll("n", 23)} < 0.004 then ${use.end} end,
        case when n > 101 and ${roll("n", 24)} < 0.004
          and ${use.organization("n")} = ${use.organization("(n - 100)")}
          then ${id("lead", "n - 100")} end
      from generate_series(1, ${total}) n`,
    `insert into lead_identities (organization_id, id, lead_id, kind, scope, value)
      select ${use.organization("n")}, ${id("identity", "n", "k")}, ${id("lead", "n")},
        case k when 1 then 'phone' else 'bsuid' end, case k when 1 then '' else 'portfolio0' end,
        case k when 1 then ${phone("n", use)} else 'US.' || n end
      from generate_series(1, ${total}) n, generate_series(1, 2) k
      where k = 2 or ${phone("n", use)} is not null`,
    `insert into lead_notes (organization_id, id, lead_id, user_id, text, created_at)
      select ${use.organization("n")}, ${id("note", "n", "k")}, ${id("lead", "n")},
        ${use.member("n", roll("n", 25))}, 'Wants to be called in the evening.',
        ${use.createdAt("n")} + k * interval '1 day'
      from generate_series(1, ${total}) n, generate_series(1, 2) k where ${roll("n", 26)} < 0.05`,
  ];
}
