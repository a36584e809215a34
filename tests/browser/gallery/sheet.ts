import type { Browser } from "playwright-core";

interface Shot {
  label: string;
  png: Buffer;
}

/** Several pictures on one page, with their names: to see at a glance whether they go together. */
export async function contactSheet(browser: Browser, shots: readonly Shot[]): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 1930, height: 700 } });
  const figures = shots.map(
    ({ label, png }) =>
      `<figure><img src="data:image/png;base64,${png.toString("base64")}"><figcaption>${label}</figcaption></figure>`,
  );
  await page.setContent(`<style>
    body { margin: 0; padding: 12px; display: flex; gap: 12px; align-items: flex-start; background: #777 }
    figure { margin: 0 } img { display: block; height: 620px }
    figcaption { font: 14px sans-serif; color: #fff; padding-top: 4px }
  </style>${figures.join("")}`);
  const sheet = await page.screenshot({ fullPage: true });
  await page.close();
  return sheet;
}
