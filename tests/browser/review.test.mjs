// A reviewer's verdict: from the page to the study's file, and into the next run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { SETUP, accessible, browser, logIn, picture, visitor } from "./browse.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

test("a verdict is written with name, time and reason, and counts in the next run", async () => {
  const anna = await visitor(chromium, { language: "en" });
  await logIn(anna, "auditor");
  await anna.go("/review");
  const candidate = anna.page.locator('main table a[href^="/review/verdict"]').first();
  const address = await candidate.getAttribute("href");
  await candidate.click();
  await accessible(anna.page, "candidate");
  await picture(anna.page, "candidate");
  // Without a choice and a reason the form does not go.
  await anna.page.getByRole("button", { name: "Write the verdict" }).click();
  assert.equal(await anna.page.getByRole("status").count(), 0);
  const reason = 'They are two: "one" is born later; =1+1';
  await anna.page.getByRole("radio", { name: /Reject/ }).check();
  await anna.page.getByLabel("Why").fill(reason);
  await anna.page.getByRole("button", { name: "Write the verdict" }).click();
  await anna.page.getByRole("status").waitFor();
  await accessible(anna.page, "a verdict that was written");
  await picture(anna.page, "verdict");
  const lines = readFileSync(SETUP.reviews, "utf8").trim().split("\n");
  assert.match(lines.at(-1), /reject/);
  assert.ok(lines.at(-1).includes(reason.replaceAll('"', '""')), lines.at(-1));
  assert.match(lines.at(-1), /auditor/);
  assert.match(lines.at(-1), /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
  // It is not asked twice.
  await anna.page.goto(anna.site + address);
  assert.equal(await anna.page.getByRole("button", { name: "Write the verdict" }).count(), 0);
  // Somebody else's form with a made-up record changes nothing.
  const made_up = await anna.context.request.post(anna.site + address.replace(/record=\w+/, `record=${"0".repeat(32)}`), {
    form: { verdict: "reject", reason: "none", token: "guessed" }, failOnStatusCode: false,
  });
  assert.equal(made_up.status(), 403);
  execFileSync(SETUP.program, [...SETUP.places, "run"], { stdio: "ignore" });
  await anna.go("/review");
  assert.equal(await anna.page.locator(`main table a[href="${address}"]`).count(), 0, "it is open no more");
  const rule = new URL(anna.site + address).searchParams;
  const query = `select decided_by, reviewer, applied, review_reason from audit.run_decisions where rule = '${rule.get("rule")}' and row_id = '${rule.get("record")}'`;
  await anna.go(`/sql?q=${encodeURIComponent(query)}`);
  const told = await anna.page.locator("main table").first().innerText();
  for (const word of ["reviewer", "auditor", "false", "They are two"]) assert.ok(told.includes(word), `${word} in ${told}`);
  anna.fine();
});
