// Who comes in, what a role sees, and what a form of somebody else does: nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SETUP, accessible, browser, logIn, picture, visitor } from "./browse.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const status = async (visitor, path, options = {}) =>
  (await visitor.context.request.fetch(visitor.site + path, { maxRedirects: 0, failOnStatusCode: false, ...options })).status();

test("a wrong password is refused, a right one leads back to where somebody wanted to go", async () => {
  const anna = await visitor(chromium);
  await anna.go("/nights/1");
  assert.match(anna.page.url(), /\/login\?next=%2Fnights%2F1$/);
  await accessible(anna.page, "log-in");
  await picture(anna.page, "log-in");
  await anna.page.fill("#user", "auditor");
  await anna.page.fill("#password", "a wrong password");
  await anna.page.press("#password", "Enter");
  await anna.page.getByRole("alert").waitFor();
  await anna.page.fill("#password", SETUP.password.replace("{}", "auditor"));
  await anna.page.press("#password", "Enter");
  await anna.page.waitForURL("**/nights/1");
  await anna.page.getByRole("button", { name: "Uitloggen" }).click();
  await anna.page.waitForURL("**/login");
  await anna.go("/nights");
  assert.match(anna.page.url(), /\/login/, "who logged out is out");
  anna.fine();
});

test("nobody is led to another site after the log-in", async () => {
  const anna = await visitor(chromium);
  for (const next of ["https://example.org/", "//example.org", "/\\example.org"]) {
    await anna.go(`/login?next=${encodeURIComponent(next)}`);
    await anna.page.fill("#user", "public");
    await anna.page.fill("#password", SETUP.password.replace("{}", "public"));
    await anna.page.press("#password", "Enter");
    await anna.page.waitForURL("**/appendices");
    await anna.context.clearCookies();
  }
  anna.fine();
});

test("the cookie is out of reach of scripts and of other sites", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "analyst");
  const [cookie] = (await anna.context.cookies()).filter((cookie) => cookie.name === "herkomst");
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Lax", "/"]);
  assert.equal((await anna.page.evaluate(() => document.cookie)).includes("herkomst"), false);
  // A cookie that was there before somebody logged in is not theirs afterwards.
  await anna.context.clearCookies();
  const planted = "planted-by-somebody-else";
  await anna.context.addCookies([{ name: "herkomst", value: planted, url: anna.site }]);
  await logIn(anna, "analyst");
  const [fresh] = (await anna.context.cookies()).filter((cookie) => cookie.name === "herkomst");
  assert.notEqual(fresh.value, planted);
});

test("each role sees its parts and no others", async () => {
  const parts = ["/nights", "/nights/1", "/flow", "/record", "/appendices", "/sql", "/review"];
  const sees = {
    public: ["/appendices", "/sql"],
    analyst: ["/nights", "/nights/1", "/flow", "/record", "/appendices", "/sql"],
    auditor: parts,
  };
  for (const [role, seen] of Object.entries(sees)) {
    const somebody = await visitor(chromium);
    await logIn(somebody, role);
    const found = {};
    for (const part of parts) found[part] = await status(somebody, part);
    assert.deepEqual(found, Object.fromEntries(parts.map((part) => [part, seen.includes(part) ? 200 : 403])), role);
    const shown = await somebody.page.locator(".banner nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    assert.deepEqual(shown, seen.filter((part) => part !== "/nights/1"), role);
  }
});

test("a form of another site, or without the token of the session, does nothing", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  const form = { method: "POST", form: { token: "guessed" } };
  assert.equal(await status(anna, "/logout", form), 403, "a token that is not hers");
  assert.equal(await status(anna, "/logout", { method: "POST", form: {} }), 403, "no token");
  for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }]) {
    assert.equal(await status(anna, "/logout", { ...form, headers }), 403, JSON.stringify(headers));
  }
  assert.equal(await status(anna, "/login", { method: "POST", form: { user: "auditor", password: "x" }, headers: { origin: "https://evil.example" } }), 403);
  assert.equal(await status(anna, "/nights"), 200, "she is still in");
});

test("what every answer says to the browser", async () => {
  const anna = await visitor(chromium);
  await logIn(anna, "auditor");
  for (const path of ["/nights", "/login", "/nowhere", "/sql?q=select+1"]) {
    const headers = (await anna.context.request.get(anna.site + path, { failOnStatusCode: false, maxRedirects: 0 })).headers();
    const policy = headers["content-security-policy"];
    assert.match(policy, /default-src 'none'/, path);
    assert.equal(/unsafe|\*|data:|https?:/.test(policy), false, `${path}: ${policy}`);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["cache-control"], "no-store", path);
  }
});
