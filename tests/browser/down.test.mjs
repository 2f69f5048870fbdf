// From a printed number to the raw lines, and from a rule to its decisions.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { SETUP, accessible, browser, logIn, picture, visitor } from "./browse.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

/// Every row of the table of records on a page and the pages after it.
async function records(page, selector) {
  const found = [];
  for (;;) {
    found.push(...(await page.locator(selector).evaluateAll((rows) => rows.map((row) => row.innerText))));
    const next = page.locator('.pager a[rel="next"]');
    if ((await next.count()) === 0) return found;
    await next.click();
  }
}

test("a printed number leads to just as many records, and to their raw lines", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  await anna.go("/appendices");
  await anna.page.locator('main a[href="/appendices/bijlage_02"]').first().click();
  const row = anna.page.locator("main table tr", { hasText: "Angola" });
  const link = row.locator('a[href*="/n?"], a[href$="/n"]').first();
  const printed = Number((await link.innerText()).replace(/\D/g, ""));
  assert.ok(printed > 100, `Angola: ${printed}`);
  await link.click();
  assert.match(anna.page.url(), /\/appendices\/bijlage_02\/\d+\/n\b/);
  await accessible(anna.page, "why");
  await picture(anna.page, "why");
  assert.match(await anna.page.locator("main").innerText(), new RegExp(`\\b${printed}\\b`));
  const address = anna.page.url();
  const raw = await anna.page.locator("main .raw").first().innerText();
  const line = raw.trim();
  const file = (await anna.page.locator("main").innerText()).match(/round_\d\/[a-z_]+\.(csv|xlsx)/)[0];
  if (file.endsWith(".csv")) {
    const bytes = readFileSync(`${SETUP.raw}/${file}`);
    const text = [new TextDecoder("utf-8"), new TextDecoder("windows-1252")].map((decoder) => decoder.decode(bytes));
    assert.ok(text.some((text) => text.includes(line)), `${file} has the line ${line}`);
  }
  // The address alone gives the same page to a colleague.
  const bert = await visitor(chromium);
  await logIn(bert, "auditor");
  await bert.page.goto(address);
  assert.equal(await bert.page.locator("main .raw").first().innerText(), raw);
  // From there to the record's whole life.
  await anna.page.locator('main a[href^="/record"]').first().click();
  assert.match(anna.page.url(), /\/record\?/);
  await accessible(anna.page, "record");
  await picture(anna.page, "record");
  assert.match(await anna.page.locator("main").innerText(), /bijlage_02|Bijlage 2/);
  anna.fine();
  bert.fine();
});

test("a ribbon of the flow leads to as many decisions as it says, and one of them to both records", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  await anna.go("/flow");
  const drawing = await anna.page.locator("main svg").first().innerHTML();
  for (const total of ["599", "732", "733"]) assert.ok(drawing.includes(total), `the drawing says ${total}`);
  const ribbons = anna.page.locator('main svg a[href*="dubbel_v_nummer"]');
  assert.ok((await ribbons.count()) > 0);
  const address = await ribbons.first().getAttribute("href");
  await anna.page.locator(`main table a[href="${address}"]`).first().click();
  await accessible(anna.page, "decisions");
  await picture(anna.page, "decisions");
  const download = anna.page.waitForEvent("download");
  await anna.page.getByRole("link", { name: /CSV/ }).first().click();
  const csv = readFileSync(await (await download).path(), "utf8");
  const rows = anna.page.locator('main table a[href*="/flow/round_1/dubbel_v_nummer/"]');
  const lines = csv.trim().split("\n").length - 1;
  assert.equal(new Set(await rows.evaluateAll((links) => links.map((link) => link.href))).size, lines, csv);
  await rows.first().click();
  await accessible(anna.page, "decision");
  await picture(anna.page, "decision");
  assert.ok((await anna.page.locator("main table th[scope=col]").count()) >= 3, "field, one record, the other");
  anna.fine();
});

test("a record is found by its id, by a name, by its line; who is not an auditor finds none by a name", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  const bytes = readFileSync(`${SETUP.raw}/round_1/arnhem.csv`);
  const [number, first, last] = new TextDecoder("windows-1252").decode(bytes).split("\n")[1].split(";");
  for (const wanted of [number, `${first} ${last}`, "round_1/arnhem.csv:2"]) {
    await anna.go(`/record?q=${encodeURIComponent(wanted)}`);
    assert.match(await anna.page.locator("main").innerText(), /arnhem\.csv/, wanted);
  }
  await anna.go("/record?q=nobody+of+this+name+at+all");
  assert.equal(await anna.page.locator("main .timeline").count(), 0);
  const carla = await visitor(chromium);
  await logIn(carla, "analyst");
  for (const wanted of [number, `${first} ${last}`]) {
    await carla.go(`/record?q=${encodeURIComponent(wanted)}`);
    assert.equal((await carla.page.locator("main").innerText()).includes("arnhem.csv"), false, wanted);
  }
  anna.fine();
  carla.fine();
});

test("a difference to the night before is marked where it is printed", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  await anna.go("/appendices/bijlage_02?run=2");
  const row = anna.page.locator("main table tr", { hasText: "Angola" });
  assert.ok((await row.locator(".changed").count()) > 0, "one more came from Angola");
  await picture(anna.page, "appendix-changed");
  anna.fine();
});

test("a query is typed, completed, run, drawn, and one of its rows followed to raw lines", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  await anna.go("/sql");
  const editor = anna.page.getByRole("combobox").or(anna.page.locator("textarea")).first();
  await editor.focus();
  await anna.page.keyboard.type("select land, n from bijlage_0");
  await anna.page.keyboard.press("Control+Space");
  await anna.page.getByRole("option", { name: /bijlage_02/ }).first().waitFor();
  await anna.page.keyboard.press("Escape");
  await editor.fill("select land, n from appendix.bijlage_02 order by n desc limit 5");
  await anna.page.keyboard.press("Control+Enter");
  await anna.page.waitForURL(/\/sql\?.*q=/);
  assert.match(await anna.page.locator("main").innerText(), /Angola/);
  await accessible(anna.page, "result");
  await anna.page.getByRole("button", { name: "Waar komt hij vandaan: rij 1" }).click();
  await anna.page.waitForURL("**/sql/why?**");
  await accessible(anna.page, "why of a query");
  await picture(anna.page, "why-of-a-query");
  await anna.page.locator("main .raw").first().waitFor();
  await anna.go("/sql?q=select+land%2C+n+from+appendix.bijlage_02&chart=bar&x=land&y=n");
  assert.ok((await anna.page.locator("main svg").count()) > 0);
  await picture(anna.page, "chart");
  await anna.go("/sql?q=select+nothing+from+nowhere");
  assert.match(await anna.page.getByRole("alert").innerText(), /42P01/);
  await accessible(anna.page, "a query at fault");
  anna.fine();
});
