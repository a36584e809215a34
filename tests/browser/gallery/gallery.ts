import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import type { SignedIn } from "../../../src/dashboard/api/calls.ts";
import { OWNER } from "../people.ts";
import { doorScenes } from "./doors.ts";
import { dashboardScenes, phoneScenes, type Scene } from "./scenes.ts";
import { contactSheet } from "./sheet.ts";
import { type Stage, setStage, settle } from "./stage.ts";

const schemes = ["light", "dark"] as const;
const viewports = [
  { width: 360, height: 740 },
  { width: 834, height: 900 },
  { width: 1440, height: 900 },
] as const;

type StorageState = Awaited<ReturnType<BrowserContext["storageState"]>>;

interface Session {
  signedIn: SignedIn;
  storageState: StorageState;
}

/**
 * Every screen in every state, light and dark, in three widths, into `folder`; and one sheet per
 * screen and scheme; only those whose name has `part` in it. The team's day is made up, the product that draws it is the running one.
 */
export async function takeGallery(
  browser: Browser,
  url: string,
  { folder, part }: { folder: string; part: string },
): Promise<void> {
  await mkdir(join(folder, "sheets"), { recursive: true });
  const session = await signIn(browser, url);
  const all = [...dashboardScenes, ...doorScenes, ...phoneScenes];
  for (const scene of all.filter(({ name }) => name.includes(part))) {
    for (const scheme of schemes) {
      const shots = [];
      for (const viewport of viewports) {
        const png = await take(browser, { url, session, scene, scheme, viewport });
        const label = `${scene.name}-${scheme}-${viewport.width}`;
        await Bun.write(join(folder, `${label}.png`), png);
        shots.push({ label, png });
      }
      const sheet = await contactSheet(browser, shots);
      await Bun.write(join(folder, "sheets", `${scene.name}-${scheme}.png`), sheet);
    }
  }
}

async function signIn(browser: Browser, url: string): Promise<Session> {
  const context = await browser.newContext();
  const answer = await context.request.post(`${url}/api/v1/auth/login`, {
    headers: { origin: url },
    data: OWNER,
  });
  if (!answer.ok()) throw new Error(await answer.text());
  const signedIn: SignedIn = await answer.json();
  const storageState = await context.storageState();
  await context.close();
  return { signedIn, storageState };
}

interface Take {
  url: string;
  session: Session;
  scene: Scene;
  scheme: (typeof schemes)[number];
  viewport: (typeof viewports)[number];
}

async function take(browser: Browser, { url, session, scene, scheme, viewport }: Take) {
  const { storageState, signedIn } = session;
  const context = await browser.newContext({
    storageState,
    viewport,
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  try {
    const page = await context.newPage();
    const stage: Stage = await setStage(context, signedIn);
    await scene.play(page, stage, url);
    await settle(page);
    return await page.screenshot();
  } finally {
    await context.close();
  }
}
