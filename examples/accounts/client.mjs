// A casino's cashier as it calls the wallet's own API, with Node's standard library only.
//
// Signs requests with AWS Signature Version 4; with an AWS SDK at hand use its signer. The environment
// holds the configuration, see ../README.md. Prints a line for each step: step, status, what it is
// about. An answer that is not as expected ends the program with an error.

import { createHash, createHmac, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

const { API_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, PLAYER_ID, CURRENCY } = process.env;
// Only temporary credentials have one, as those of a role.
const { AWS_SESSION_TOKEN } = process.env;

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
const encoded = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());

// The headers of Signature Version 4 for the service execute-api.
function signed(method, url, body) {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const headers = { host: url.host, "x-amz-date": stamp };
  if (AWS_SESSION_TOKEN) headers["x-amz-security-token"] = AWS_SESSION_TOKEN;
  const names = Object.keys(headers).sort();
  const said = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const pairs = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const path = url.pathname.split("/").map(encoded).join("/");
  const asked = [method, path, pairs.sort().join("&"), said, names.join(";"), sha256(body)].join("\n");
  const scope = `${stamp.slice(0, 8)}/${AWS_REGION}/execute-api/aws4_request`;
  const key = scope.split("/").reduce(hmac, `AWS4${AWS_SECRET_ACCESS_KEY}`);
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(asked)}`;
  headers.Authorization =
    `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, ` +
    `SignedHeaders=${names.join(";")}, Signature=${hmac(key, text).toString("hex")}`;
  delete headers.host; // fetch sends it itself
  return headers;
}

// A change carries a key of its own, so that it can be sent again.
async function ask(method, path, body = "", key = "") {
  const url = new URL(API_URL + path);
  const headers = { ...signed(method, url, body), "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  const response = await fetch(url, { method, headers, body: body || undefined });
  const replayed = response.headers.get("Idempotent-Replayed") === "true";
  return { status: response.status, text: await response.text(), replayed };
}

function fail(text) {
  console.error(text);
  process.exit(1);
}

// The decimal text of an amount, or any other field: a float cannot hold 0.10.
function field(answer, name) {
  return answer.text.match(new RegExp(`"${name}":"?([^",}]*)`))?.[1] ?? "-";
}

function step(title, answer, status, name) {
  if (answer.status !== status) fail(`${title} ${answer.status} ${answer.text}`);
  console.log(title, answer.status, name ? field(answer, name) : "-");
  return answer;
}

const wallet = `/players/${PLAYER_ID}/wallets/${CURRENCY}`;
const why = '"reason":"an example"';
const run = randomUUID().replaceAll("-", "");
const player = `{"player_id":"${PLAYER_ID}","currencies":["${CURRENCY}"],${why}}`;
step("add", await ask("POST", "/players", player, `add-${run}`), 201);

// The body is built once as text: an amount never becomes a float.
const deposit = `{"amount":50.00,${why}}`;
const paid = step("deposit", await ask("POST", `${wallet}/deposits`, deposit, `pay-${run}`), 200, "spendable");
const again = step("replay", await ask("POST", `${wallet}/deposits`, deposit, `pay-${run}`), 200, "spendable");
if (!again.replayed || again.text !== paid.text) fail("the copy was not answered as the first request");
step("mismatch", await ask("POST", `${wallet}/deposits`, `{"amount":500.00,${why}}`, `pay-${run}`), 409, "error");

step("withdraw", await ask("POST", `${wallet}/withdrawals`, `{"amount":12.50,${why}}`, `out-${run}`), 200, "spendable");
const held = await ask("POST", `${wallet}/reservations`, `{"amount":5.00,${why}}`, `hold-${run}`);
step("reserve", held, 201, "amount");
const wallets = step("wallets", await ask("GET", `/players/${PLAYER_ID}/wallets`), 200);
console.log("spendable", field(wallets, "spendable"));
const freed = `${wallet}/reservations/${field(held, "reservation_id")}/release`;
step("release", await ask("POST", freed, `{${why}}`, `free-${run}`), 200);

// Page by page, the newest first; `complete` is false while the newest is not there yet.
const kinds = [];
for (let cursor = ""; cursor !== null; ) {
  const page = await ask("GET", `${wallet}/history?limit=1${cursor ? `&cursor=${cursor}` : ""}`);
  if (page.status !== 200) fail(`history ${page.status} ${page.text}`);
  const { complete, entries, next_cursor } = JSON.parse(page.text);
  if (!complete) {
    await wait(200);
    continue;
  }
  kinds.push(...entries.map((row) => row.kind));
  cursor = next_cursor;
}
console.log("history", 200, kinds.join(" "));
step("transaction", await ask("GET", `/transactions/pay-${run}?integration=platform`), 200, "balance_after");
