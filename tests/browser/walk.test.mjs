// Every page, in both languages: it has its heading, asks for nothing from elsewhere, and hides from nobody.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, browser, inert, logIn, picture, visitor } from "./browse.mjs";

// Path, Dutch and English heading, name of the picture.
const PAGES = [
  ["/nights", "Nachten", "Nights", "nights"],
  ["/nights/2", "Run 2", "Run 2", "night"],
  ["/flow", "Doorstroom", "Flow", "flow"],
  ["/record", "Persoon", "Record", "record-search"],
  ["/appendices", "Tabellen", "Appendices", "appendices"],
  ["/appendices/bijlage_02", /./, /./, "appendix"],
  ["/appendices/bijlage_14", /./, /./, "appendix-of-tests"],
  ["/appendices/bijlage_30", /./, /./, "appendix-of-trees"],
  ["/sql", "SQL", "SQL", "sql"],
  ["/sql?q=select+land%2C+n+from+appendix.bijlage_02", "SQL", "SQL", "sql-result"],
  ["/review", "Beoordelen", "Review", "review"],
];

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

for (const [language, at] of [["nl", 1], ["en", 2]]) {
  test(`every page in ${language}`, async () => {
    const anna = await visitor(chromium, { language });
    await logIn(anna, "auditor");
    for (const page of PAGES) {
      const response = await anna.go(page[0]);
      assert.equal(response.status(), 200, page[0]);
      assert.equal(await anna.page.getAttribute("html", "lang"), language);
      const heading = await anna.page.locator("h1").innerText();
      page[at] instanceof RegExp ? assert.match(heading, page[at]) : assert.equal(heading, page[at], page[0]);
      assert.equal(await anna.page.getByRole("note").first().isVisible(), true, `${page[0]} says that the data is synthetic`);
      await accessible(anna.page, `${page[0]} in ${language}`);
      await inert(anna.page, page[0]);
      await picture(anna.page, `${page[3]}-${language}`);
    }
    anna.fine();
  });
}

test("a page fits a small window, dark colours and large letters", async () => {
  const anna = await visitor(chromium, { viewport: { width: 360, height: 700 }, colorScheme: "dark" });
  await logIn(anna, "auditor");
  for (const page of PAGES) {
    await anna.go(page[0]);
    const [wide, window] = await anna.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= window, `${page[0]} is ${wide} pixels wide in a window of ${window}`);
    await accessible(anna.page, `${page[0]}, dark and small`);
    await picture(anna.page, `${page[3]}-dark-small`);
  }
  anna.fine();
});

test("the language is changed where one is, and stays", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  await anna.go("/nights/1");
  await anna.page.getByRole("link", { name: "English" }).click();
  await anna.page.waitForURL("**/nights/1");
  assert.equal(await anna.page.getAttribute("html", "lang"), "en");
  await anna.go("/flow");
  assert.equal(await anna.page.locator("h1").innerText(), "Flow");
  anna.fine();
});

test("a run that is chosen stays chosen from page to page", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  await anna.go("/nights/1");
  await anna.page.getByRole("link", { name: "doorstroom van deze run" }).click();
  await anna.page.locator(".banner nav").getByRole("link", { name: "Tabellen" }).click();
  assert.match(anna.page.url(), /\/appendices\?run=1$/);
  await anna.page.getByRole("link", { name: "naar de gepubliceerde" }).click();
  assert.match(anna.page.url(), /\/appendices$/);
  anna.fine();
});

test("what is not there is said", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  for (const path of ["/nowhere", "/nights/99", "/nights/x", "/appendices/none", "/appendices/bijlage_02/9999/n", "/flow?run=99", "/flow/none/none"]) {
    assert.equal((await anna.go(path)).status(), 404, path);
    await anna.page.getByRole("alert").waitFor();
    await accessible(anna.page, path);
  }
});
