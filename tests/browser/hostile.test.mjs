// Whatever a delivery, a list of the study or an address says, it stays text.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SETUP, browser, inert, logIn, visitor } from "./browse.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const EVIL = [
  "<script>window.pwned=1</script>", '"><img src=x onerror=window.pwned=1>', "javascript:window.pwned=1",
  "'><svg onload=window.pwned=1>", "</textarea><script>window.pwned=1</script>", "{{7*7}}${7*7}", "\u202eexe.txt\u0000",
];

test("texts of deliveries are inert on every page that shows them", async () => {
  const anna = await visitor(chromium, { site: SETUP.hostile });
  await logIn(anna, "auditor");
  let texts = 0;
  const look = async (path) => {
    const response = await anna.go(path);
    assert.ok(response.status() < 500, `${path}: ${response.status()}`);
    await inert(anna.page, path);
    texts += (await anna.page.locator("main").innerText()).split("<").length - 1;
  };
  const paths = ["/nights", "/nights/2", "/flow?run=2", "/appendices?run=2", "/review?run=2", "/record?run=2"];
  for (let number = 1; number <= 30; number++) paths.push(`/appendices/bijlage_${String(number).padStart(2, "0")}?run=2`);
  for (const table of ["identity.round_3", "origin.registratie_1", "features.antwoorden", "audit.run_quarantine", "identity.dmb_persoon"]) {
    paths.push(`/sql?run=2&q=${encodeURIComponent(`select * from ${table} limit 100`)}`);
  }
  for (const path of paths) await look(path);
  // A page further down: decisions, a decision, a candidate, the records behind a number, a life.
  for (const [from, link] of [
    ["/flow?run=2", 'main table a[href*="/flow/"]'],
    ["/review?run=2", 'main a[href^="/review/verdict"]'],
    ["/appendices/bijlage_02?run=2", 'main a[href*="/appendices/bijlage_02/"]'],
  ]) {
    await anna.go(from);
    const links = await anna.page.locator(link).evaluateAll((links) => links.slice(0, 4).map((link) => link.getAttribute("href")));
    for (const href of links.filter((href) => !href.includes("csv"))) {
      await look(href);
      const deeper = anna.page.locator('main a[href^="/record"], main a[href*="/flow/round_"]').first();
      if (await deeper.count()) await look(await deeper.getAttribute("href"));
    }
  }
  assert.ok(texts > 100, `${texts} signs of hostile texts were seen`);
  anna.fine();
});

test("texts of an address are inert", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  for (const evil of EVIL) {
    const text = encodeURIComponent(evil);
    for (const path of [
      `/record?q=${text}`, `/sql?q=${text}`, `/sql?q=select+1&chart=${text}&x=${text}&y=${text}`, `/review?q=${text}`, `/flow?run=${text}`,
      `/nights/${text}`, `/nights?page=${text}`, `/appendices/${text}`, `/appendices/bijlage_02/0/${text}`, `/appendices?run=${text}`,
      `/flow/round_1/dubbel_v_nummer?q=${text}&verb=${text}&population=${text}`, `/flow/${text}/${text}`, `/review/verdict?round=${text}&rule=${text}&record=${text}`,
      `/sql?q=${encodeURIComponent(`select '${evil.replaceAll("'", "''").replace("\u0000", "")}' as "${evil.replaceAll('"', "").replace("\u0000", "")}"`)}`,
      `/${text}`, `/language/en?next=${text}`,
    ]) {
      const response = await anna.go(path).catch((error) => assert.fail(`${path}: ${error}`));
      assert.ok(response.status() < 500, `${path}: ${response.status()}`);
      await inert(anna.page, path);
      assert.ok(anna.page.url().startsWith(anna.site), path);
    }
  }
  await anna.context.clearCookies();
  for (const evil of EVIL) {
    await anna.go(`/login?next=${encodeURIComponent(evil)}`);
    await inert(anna.page, `log-in with ${evil}`);
  }
  anna.fine();
});
