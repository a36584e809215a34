import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseJunit, type TestCase } from "./junit.ts";

export interface TestRun {
  /** Arguments of `bun test`: files and flags. */
  args: readonly string[];
  /** What it is called when it fails as a whole. */
  label: string;
  /** Killed after this long without a word: a wedged runner does not end by itself. */
  silentMs: number;
  env?: Readonly<Record<string, string>>;
  /** Another tree than this one. */
  cwd?: string;
  /** Receives each line to show; standard output unless told. */
  print?: (line: string) => void;
}

export interface TestReport {
  cases: TestCase[];
  /** It said nothing for `silentMs` and was killed. */
  wedged: boolean;
}

const root = join(import.meta.dir, "..", "..");

/**
 * Runs `bun test` in a process of its own, passes on what it prints (without the single passes), and
 * reads its report. A run that ends badly without a failed test counts as one failed test.
 */
export async function runBunTest(run: TestRun): Promise<TestReport> {
  const { print = console.log } = run;
  const folder = mkdtempSync(join(tmpdir(), "leadline-junit-"));
  const outfile = join(folder, "junit.xml");
  try {
    const reporter = ["--reporter=junit", `--reporter-outfile=${outfile}`];
    const child = Bun.spawn([process.execPath, "--no-env-file", "test", ...reporter, ...run.args], {
      cwd: run.cwd ?? root,
      env: { ...process.env, ...run.env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const watchdog = createWatchdog(run.silentMs, () => child.kill("SIGKILL"));
    const show = (line: string) => {
      if (!isPass(line)) print(line);
    };
    const streams = [child.stdout, child.stderr];
    await Promise.all(streams.map((stream) => passOn(stream, watchdog.pat, show)));
    await child.exited;
    watchdog.stop();
    const cases = existsSync(outfile) ? parseJunit(readFileSync(outfile, "utf8")) : [];
    if (child.exitCode !== 0 && cases.every(({ outcome }) => outcome !== "failed")) {
      print(`${run.label} ended with ${child.signalCode ?? child.exitCode} and no failed test.`);
      cases.push(failedAsAWhole(run.label));
    }
    return { cases, wedged: watchdog.hasBitten() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One more try in a fresh process for a run that hung: Bun can lose a child's exit event. */
export async function runBunTestPatiently(run: TestRun): Promise<TestCase[]> {
  const { print = console.log } = run;
  const first = await runBunTest(run);
  if (!first.wedged) return first.cases;
  print(`${run.label} said nothing for ${run.silentMs / 1000} s; it runs once more.`);
  return (await runBunTest(run)).cases;
}

function failedAsAWhole(label: string): TestCase {
  return { file: label, name: "runs to its end", durationMs: 0, outcome: "failed" };
}

function createWatchdog(silentMs: number, bite: () => void) {
  let bitten = false;
  const onSilence = () => {
    bitten = true;
    bite();
  };
  let timer = setTimeout(onSilence, silentMs);
  return {
    pat: () => {
      clearTimeout(timer);
      if (!bitten) timer = setTimeout(onSilence, silentMs);
    },
    stop: () => clearTimeout(timer),
    hasBitten: () => bitten,
  };
}

async function passOn(
  stream: ReadableStream<Uint8Array>,
  onOutput: () => void,
  show: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let rest = "";
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    onOutput();
    const lines = (rest + decoder.decode(chunk.value, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) show(line);
  }
  if (rest !== "") show(rest);
}

function isPass(line: string): boolean {
  return line.startsWith("(pass)") || line.startsWith("✓");
}
