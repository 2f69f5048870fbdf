// What the tests of pages share: a browser, somebody who looks at a page, and what must hold of every page.

import assert from "node:assert/strict";
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const SETUP = JSON.parse(readFileSync(process.env.HERKOMST_PAGES, "utf8"));
mkdirSync(SETUP.pictures, { recursive: true });

export async function browser() {
  return chromium.launch({ executablePath: SETUP.chromium, args: ["--no-sandbox", "--disable-gpu"] });
}

/// Somebody with a browser of their own; what goes wrong on their pages is gathered, and must be nothing in the end.
export async function visitor(browser, { language = "nl", site = SETUP.calm, ...options } = {}) {
  // The policy of the pages holds; axe is brought in by the driver, which may do so.
  const context = await browser.newContext({ viewport: { width: 1300, height: 900 }, ...options });
  await context.addCookies([{ name: "language", value: language, url: site }]);
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("console", (message) => {
    const said = message.text();
    // A page that says 403 or 404 is meant to.
    if (message.type() === "error" && !said.includes("Failed to load resource")) wrong.push(`console: ${said}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(site)) wrong.push(`asks elsewhere: ${request.url()}`);
  });
  const go = (path) => page.goto(site + path);
  return { context, page, go, site, wrong, fine: () => assert.deepEqual(wrong, []) };
}

/// Logs in by the form, as people do.
export async function logIn(visitor, role, password = SETUP.password.replace("{}", role)) {
  await visitor.go("/login");
  await visitor.page.fill("#user", role);
  await visitor.page.fill("#password", password);
  await visitor.page.press("#password", "Enter");
  await visitor.page.waitForLoadState();
}

/// No finding of axe that is serious or worse, on the page as it is now.
export async function accessible(page, name) {
  const found = await page.evaluate(async (source) => {
    // As the driver does it, not the page: its policy allows no script in the page itself.
    if (!window.axe) new Function(source)();
    return (await window.axe.run(document, { resultTypes: ["violations"] })).violations;
  }, AXE);
  const serious = found.filter((one) => ["serious", "critical"].includes(one.impact));
  const told = serious.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(told, [], name);
}

/// A picture of the whole page, for people to look at.
export async function picture(page, name) {
  await page.screenshot({ path: `${SETUP.pictures}/${name}.png`, fullPage: true });
}

/// What any text of a delivery could do if it were not inert: elements, attributes and addresses that are no page's own.
export async function inert(page, name) {
  const found = await page.evaluate(() => {
    const odd = [];
    for (const element of document.querySelectorAll("*")) {
      const tag = element.tagName.toLowerCase();
      const own = tag === "script" && new URL(element.src, location).pathname.startsWith("/assets/");
      if (["script", "iframe", "object", "embed", "img", "style", "base", "marquee"].includes(tag) && !own) odd.push(element.outerHTML.slice(0, 200));
      for (const { name, value } of element.attributes) {
        if (name.startsWith("on") || name === "style" || name === "srcdoc") odd.push(`${tag} ${name}=${value.slice(0, 80)}`);
        if (["href", "src", "action", "formaction", "xlink:href"].includes(name) && !/^(\/(?!\/)|#|\?)/.test(value)) odd.push(`${tag} ${name}=${value.slice(0, 80)}`);
      }
    }
    return { odd, pwned: window.pwned ?? null };
  });
  assert.deepEqual(found, { odd: [], pwned: null }, name);
}
