/** A real Chromium from the package registry: no system package is needed. */
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as launcher } from 'playwright-core';

/** Of the package's flags: in one process a closed tab ends the browser, and what the page must withstand stays switched on. */
const UNWANTED = ['--single-process', '--disable-web-security', '--allow-running-insecure-content'];

export async function openBrowser(): Promise<Browser> {
  const args = chromium.args.filter((arg) => !UNWANTED.includes(arg));
  return launcher.launch({ executablePath: await chromium.executablePath(), args, headless: true });
}
