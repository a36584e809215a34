import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const WELL_KNOWN = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A headless Chromium: $CHROMIUM, or the one this machine has. */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? WELL_KNOWN.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error("No Chromium found: install it (apt-get install chromium) or set CHROMIUM.");
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
