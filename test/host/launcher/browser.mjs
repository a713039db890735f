// A Chromium page for the workbench, cut off from every host but this machine.
import { chromium } from 'playwright-core';
import { ensureChromium } from '../../../scripts/chromium.mjs';

const FLAGS = [
  '--no-sandbox', // Chromium refuses to run as root with it, and shows only our own server
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/**
 * Opens an empty page.
 * @param {{ width: number, height: number }} [viewport] in CSS pixels
 * @returns {Promise<{ page: import('playwright-core').Page, close: () => Promise<void> }>}
 */
export async function openBrowser(viewport = { width: 1400, height: 900 }) {
  const executablePath = await ensureChromium();
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  const context = await browser.newContext({ viewport, permissions: ['clipboard-read', 'clipboard-write'] });
  await context.route(
    (url) => url.protocol.startsWith('http') && url.hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  return { page: await context.newPage(), close: () => browser.close() };
}
