// Nothing needs a mouse: from the log-in to a raw line, and to a verdict's form, with Tab, arrows and Enter alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SETUP, browser, visitor } from "./browse.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

/// Presses Tab until what has the focus fits; each stop on the way can be seen.
async function tab(page, fits, most = 600) {
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const one = document.activeElement;
      const style = getComputedStyle(one);
      const seen = style.outlineStyle !== "none" || style.boxShadow !== "none" || one === document.body;
      return { tag: one.tagName, href: one.getAttribute("href"), id: one.id, name: one.getAttribute("name"), text: one.textContent.trim().slice(0, 60), seen };
    });
    assert.ok(at.seen, `the focus cannot be seen at ${JSON.stringify(at)}`);
    if (fits(at)) return at;
  }
  assert.fail(`not reached with ${most} tabs: ${fits}`);
}

test("from the log-in to a raw line", async () => {
  const anna = await visitor(chromium);
  const { page } = anna;
  await anna.go("/");
  await tab(page, (at) => at.id === "user");
  await page.keyboard.type("auditor");
  await tab(page, (at) => at.id === "password");
  await page.keyboard.type(SETUP.password.replace("{}", "auditor"));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/nights");
  const first = await tab(page, () => true);
  assert.equal(first.href, "#main", "the first stop leads past the navigation");
  await page.keyboard.press("Enter");
  const inside = await tab(page, () => true);
  assert.ok(await page.evaluate(() => document.querySelector("main").contains(document.activeElement)), JSON.stringify(inside));
  await anna.go("/appendices");
  await tab(page, (at) => at.href === "/appendices/bijlage_02");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/appendices/bijlage_02");
  await tab(page, (at) => /^\/appendices\/bijlage_02\/\d+\/n\b/.test(at.href ?? ""));
  await page.keyboard.press("Enter");
  await page.waitForURL(/bijlage_02\/\d+\/n/);
  await page.locator("main .raw").first().waitFor();
  await tab(page, (at) => (at.href ?? "").startsWith("/record?"));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/record?**");
  anna.fine();
});

test("the editor of queries lets the focus go", async () => {
  const anna = await visitor(chromium);
  const { page } = anna;
  await anna.go("/login?next=/sql");
  await page.fill("#user", "analyst");
  await page.fill("#password", SETUP.password.replace("{}", "analyst"));
  await page.press("#password", "Enter");
  await page.waitForURL("**/sql");
  await tab(page, (at) => at.tag === "TEXTAREA");
  await page.keyboard.type("select count(*) from bijlage_01");
  await page.keyboard.press("Escape");
  const next = await tab(page, () => true);
  assert.notEqual(next.tag, "TEXTAREA");
  if (next.tag !== "BUTTON") await tab(page, (at) => at.tag === "BUTTON");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=/);
  anna.fine();
});
