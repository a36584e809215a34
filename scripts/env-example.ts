import { join } from "node:path";
import { type VariableFacts, variables } from "../src/config-schema.ts";

export const envExamplePath = join(import.meta.dir, "..", ".env.example");

const WIDTH = 100;

/** The text of `.env.example`: every variable of the schema, all commented out. */
export function renderEnvExample(): string {
  const lines = [
    "# Made by `bun scripts/env-example.ts`; do not edit. `bun run check` fails when it is out of date.",
    "# Copy to .env and take away the # in front of what you set. On a bare machine nothing is needed.",
    "# Comma-separated lists are newest first. Required in production is marked with (required).",
  ];
  let section = "";
  for (const [name, facts] of variables) {
    if (facts.section !== section) {
      section = facts.section;
      lines.push("", `# ---- ${section} ----`);
    }
    lines.push("", ...describe(facts), `# ${name}=${facts.example ?? ""}`);
  }
  return `${lines.join("\n")}\n`;
}

function describe(facts: VariableFacts): string[] {
  const roles = facts.roles.length === 3 ? "every role" : facts.roles.join(", ");
  const required = facts.requiredInProduction ? " (required)" : "";
  return [
    ...wrap(facts.about),
    `# Read by: ${roles}${required}.`,
    ...(facts.rotate ? wrap(`To change it: ${facts.rotate}.`) : []),
  ];
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + word.length >= WIDTH) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

if (import.meta.main) {
  await Bun.write(envExamplePath, renderEnvExample());
  console.log(".env.example is written.");
}
