import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { tempDir } from "../support/servers.ts";

/**
 * start.sh on a bare machine: a PATH with a few system tools and stand-ins for npm, node, apt and
 * brew that note how they were called. The stand-in for Bun says its version and what it was asked.
 */
const root = join(import.meta.dir, "..", "..");
const SYSTEM_TOOLS = ["sh", "sed", "dirname", "grep", "mkdir", "ln", "cat", "chmod", "rm"];
const VERSION = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.slice(
  4,
);

let machine: string;
beforeEach(async () => {
  machine = tempDir("bare");
  for (const folder of ["bin", "prefix/lib", "project"]) {
    mkdirSync(join(machine, folder), { recursive: true });
  }
  cpSync(join(root, "scripts"), join(machine, "project", "scripts"), { recursive: true });
  cpSync(join(root, "package.json"), join(machine, "project", "package.json"));
  for (const tool of SYSTEM_TOOLS) {
    symlinkSync(Bun.which(tool) ?? "", join(machine, "bin", tool));
  }
  await program("id", 'echo "$TEST_UID"');
  await program("uname", "echo Linux");
  await program("node", 'echo "node $*" >>"$LOG"');
});
afterEach(() => rmSync(machine, { recursive: true, force: true }));

const log = () => join(machine, "log");

async function program(name: string, script: string): Promise<void> {
  const path = join(machine, "bin", name);
  await Bun.write(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const bunScript = (version: string) =>
  `if [ "$1" = --version ]; then echo ${version}; else echo "bun $*" >>"$LOG"; fi`;

/** npm that installs the stand-in for Bun where the real one would put the real Bun. */
function npm(options: { version?: string; fails?: boolean } = {}): Promise<void> {
  const { version = VERSION, fails = false } = options;
  return program(
    "npm",
    `if [ "$1" = prefix ]; then echo "$MACHINE/prefix"; exit; fi
if [ "$1" = root ]; then echo "$MACHINE/prefix/lib/node_modules"; exit; fi
echo "npm $*" >>"$LOG"
${fails ? "exit 1" : ""}
target="$MACHINE/prefix/bin"
[ "$2" = --prefix ] && target="$3/node_modules/@oven/bun-linux-x64/bin"
mkdir -p "$target"
cat >"$target/bun" <<'END'
#!/bin/sh
${bunScript(version)}
END
chmod 755 "$target/bun"`,
  );
}

function start(env: Record<string, string> = {}) {
  const result = Bun.spawnSync(["sh", join(machine, "project", "scripts", "start.sh")], {
    env: {
      PATH: join(machine, "bin"),
      HOME: machine,
      LOG: log(),
      MACHINE: machine,
      TEST_UID: "0",
      ...env,
    },
  });
  return {
    code: result.exitCode,
    said: result.stderr.toString(),
    did: existsSync(log()) ? readFileSync(log(), "utf8").trim().split("\n") : [],
  };
}

describe("start.sh with everything in place", () => {
  test("only checks the packages and starts", async () => {
    await program("bun", bunScript(VERSION));
    await program("redis-server", "");
    mkdirSync(join(machine, "project", "node_modules"));
    const { code, said, did } = start();
    expect(did).toEqual(["bun install --frozen-lockfile --silent", "bun src/main.ts"]);
    expect(said).toBe("");
    expect(code).toBe(0);
  });
});

describe("without Bun", () => {
  test("installs the pinned version with npm for everybody, where that is permitted", async () => {
    await npm();
    await program("redis-server", "");
    const { did, said, code } = start();
    expect(did[0]).toContain(`npm install --global --ignore-scripts`);
    expect(did[0]).toEndWith(`bun@${VERSION}`);
    expect(did[1]).toBe(`node ${machine}/prefix/lib/node_modules/bun/install.js`);
    expect(did.at(-1)).toBe("bun src/main.ts");
    expect(said).toContain(`Installing Bun ${VERSION}`);
    expect(code).toBe(0);
  });

  test("installs it for the project where a global installation is not permitted", async () => {
    await npm();
    await program("redis-server", "");
    rmSync(join(machine, "prefix", "lib"), { recursive: true });
    const { did, said } = start();
    expect(did[0]).toContain(`npm install --prefix ${machine}/project/.leadline/tools`);
    expect(did.at(-1)).toBe("bun src/main.ts");
    expect(said).toContain("for this project");
    // The second time nothing is installed.
    rmSync(log());
    expect(start().did).toEqual(["bun install --frozen-lockfile --silent", "bun src/main.ts"]);
  });

  test("leaves another version of the machine alone and installs ours for the project", async () => {
    await npm();
    await program("bun", bunScript("1.0.0"));
    await program("redis-server", "");
    const { did } = start();
    expect(did.filter((line) => line.includes("--global"))).toEqual([]);
    expect(did[0]).toContain("npm install --prefix");
    expect(did.at(-1)).toBe("bun src/main.ts");
  });

  test("and without npm says what to install", () => {
    const { code, said } = start();
    expect(said).toContain("Install Node 20 or newer (https://nodejs.org)");
    expect(code).toBe(2);
  });

  test("says what to check when npm cannot download it", async () => {
    await npm({ fails: true });
    const { code, said } = start();
    expect(said).toContain("Check the network connection and npm's registry");
    expect(code).toBe(2);
  });

  test("says so when what was downloaded does not run here", async () => {
    await npm({ version: "0.0.0" });
    const { code, said } = start();
    expect(said).toContain("does not run on this machine");
    expect(code).toBe(2);
  });
});

describe("without redis-server", () => {
  beforeEach(() => program("bun", bunScript(VERSION)));
  const installing = 'echo "apt-get $*" >>"$LOG"; ln -s /bin/true "$MACHINE/bin/redis-server"';

  test("root installs it with apt", async () => {
    await program("apt-get", installing);
    const { did, said } = start();
    expect(did).toContainEqual(expect.stringMatching(/^apt-get install .* redis-server$/));
    expect(did.at(-1)).toBe("bun src/main.ts");
    expect(said).toContain("Installing redis-server with apt");
  });

  test("apt's lists are fetched when it does not know the package", async () => {
    await program(
      "apt-get",
      `if [ "$1" = update ]; then touched=1; echo "apt-get update" >>"$LOG"; exit; fi
grep -q update "$LOG" || exit 100
${installing}`,
    );
    const { did } = start();
    expect(did).toContain("apt-get update");
    expect(did.at(-1)).toBe("bun src/main.ts");
  });

  test("an ordinary user installs it with sudo", async () => {
    await program("apt-get", installing);
    await program("sudo", 'echo "sudo" >>"$LOG"; "$@"');
    const { did } = start({ TEST_UID: "1000" });
    expect(did).toContain("sudo");
    expect(did.at(-1)).toBe("bun src/main.ts");
  });

  test("an ordinary user without sudo is told the command", async () => {
    await program("apt-get", installing);
    const { code, said } = start({ TEST_UID: "1000" });
    expect(said).toContain("As root, run: apt-get install redis-server");
    expect(code).toBe(2);
  });

  test("brew installs it where there is no apt", async () => {
    await program("brew", installing.replaceAll("apt-get", "brew"));
    const { did } = start();
    expect(did).toContain("brew install --quiet redis");
    expect(did.at(-1)).toBe("bun src/main.ts");
  });

  test("neither apt nor brew: the person is told where to get it", () => {
    const { code, said } = start();
    expect(said).toContain("or set REDIS_URL to a Redis of yours");
    expect(code).toBe(2);
  });

  test("nothing is installed when a Redis is given, in the environment or in .env", async () => {
    expect(start({ REDIS_URL: "redis://r" }).did.at(-1)).toBe("bun src/main.ts");
    rmSync(log());
    await Bun.write(join(machine, "project", ".env"), "REDIS_URL=redis://r\n");
    expect(start().did.at(-1)).toBe("bun src/main.ts");
  });
});

test("packages that cannot be installed are named with the command to try", async () => {
  await program("bun", 'if [ "$1" = --version ]; then echo "$V"; else exit 1; fi');
  const { code, said } = start({ V: VERSION });
  expect(said).toContain("run: bun install --frozen-lockfile");
  expect(code).toBe(2);
});

test.each(["ensure.sh", "start.sh", "test.sh"])("%s is plain POSIX sh", (name) => {
  const dash = Bun.which("dash") ?? "sh";
  const { exitCode, stderr } = Bun.spawnSync([dash, "-n", join(root, "scripts", name)]);
  expect(stderr.toString()).toBe("");
  expect(exitCode).toBe(0);
});
