import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, type Verdict } from "./run.ts";

interface Instruction {
  line: number;
  name: string;
  rest: string;
}

export interface DockerfileFacts {
  /** Version of Bun the project is pinned to. */
  bunVersion: string;
  /** Whether a path exists in the project. */
  exists: (path: string) => boolean;
}

export function checkDockerfile(): Verdict {
  const manifest: { packageManager: string } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const text = readFileSync(join(root, "Dockerfile"), "utf8");
  return lintDockerfile(text, {
    bunVersion: manifest.packageManager.replace("bun@", ""),
    exists: (path) => existsSync(join(root, path)),
  }).join("\n");
}

/** What is wrong with a Dockerfile of ours, one sentence per finding. */
export function lintDockerfile(text: string, facts: DockerfileFacts): string[] {
  const instructions = parse(text);
  const starts = instructions.filter(({ name }) => name === "FROM");
  const last = starts.at(-1);
  if (!last) return ["Dockerfile: there is no FROM."];
  const final = instructions.filter(({ line }) => line >= last.line);
  return [
    ...checkImages(starts, facts.bunVersion),
    ...checkFinalStage(starts.length, final),
    ...instructions.flatMap((instruction) => checkInstruction(instruction, facts)),
  ];
}

function parse(text: string): Instruction[] {
  const instructions: Instruction[] = [];
  let pending: Instruction | null = null;
  for (const [index, raw] of text.split("\n").entries()) {
    const content = raw.trim();
    if (content === "" || content.startsWith("#")) continue;
    const part = content.replace(/\\$/, "").trim();
    if (pending) pending.rest += ` ${part}`;
    else pending = startInstruction(part, index + 1);
    if (content.endsWith("\\")) continue;
    instructions.push(pending);
    pending = null;
  }
  return instructions;
}

function startInstruction(text: string, line: number): Instruction {
  const [name = "", ...rest] = text.split(/\s+/);
  return { line, name: name.toUpperCase(), rest: rest.join(" ") };
}

function checkImages(starts: readonly Instruction[], bunVersion: string): string[] {
  const stages = new Set(starts.map(({ rest }) => / as (\S+)$/i.exec(rest)?.[1]));
  return starts.flatMap(({ line, rest }) => {
    const image = rest.replace(/^--\S+\s+/, "").split(" ")[0] ?? "";
    if (stages.has(image)) return [];
    if (!/:[^:]*\d/.test(image)) return [`Line ${line}: ${image} is not pinned to a version.`];
    const isOtherBun =
      image.startsWith("oven/bun:") && !image.startsWith(`oven/bun:${bunVersion}-`);
    return isOtherBun ? [`Line ${line}: ${image} is not Bun ${bunVersion}, which we pin.`] : [];
  });
}

function checkFinalStage(stageCount: number, final: readonly Instruction[]): string[] {
  const has = (name: string) => final.find((instruction) => instruction.name === name);
  const user = final.findLast(({ name }) => name === "USER")?.rest;
  const start = has("CMD") ?? has("ENTRYPOINT");
  const findings = {
    "there is only one stage: build tools would be shipped.": stageCount < 2,
    "the last stage runs as root: give it a USER.": !user || /^(root|0)(:|$)/.test(user),
    "the last stage has no HEALTHCHECK.": !has("HEALTHCHECK"),
    'CMD must be a list like ["bun", …]: a shell would swallow SIGTERM.':
      !start?.rest.startsWith("["),
    "the last stage does not set NODE_ENV=production.": !final.some(
      ({ name, rest }) => name === "ENV" && rest.includes("NODE_ENV=production"),
    ),
  };
  return Object.entries(findings)
    .filter(([, isWrong]) => isWrong)
    .map(([finding]) => `Dockerfile: ${finding}`);
}

function checkInstruction({ line, name, rest }: Instruction, facts: DockerfileFacts): string[] {
  const findings: string[] = [];
  if (name === "ADD") findings.push("use COPY: ADD downloads and unpacks.");
  if (name === "RUN" && /bun install/.test(rest) && !rest.includes("--frozen-lockfile")) {
    findings.push("bun install without --frozen-lockfile.");
  }
  if (/^(ENV|ARG)$/.test(name) && /(SECRET|PASSWORD|TOKEN|API_KEY)\w*=\S/.test(rest)) {
    findings.push("a secret in the image can be read by everybody who has it.");
  }
  if (name === "COPY" && !rest.includes("--from=")) {
    const sources = rest
      .split(" ")
      .filter((part) => !part.startsWith("--"))
      .slice(0, -1);
    const missing = sources.filter((path) => !facts.exists(path));
    findings.push(...missing.map((path) => `${path} does not exist.`));
  }
  return findings.map((finding) => `Line ${line}: ${finding}`);
}
