// A game provider's side of iGSP's wallet hooks, with the standard library of Node 18 or newer only.
//
// Signs requests, plays every action and the types that differ, and sends one bet twice. The
// environment holds the configuration, see ../README.md. Prints a line for each step: action, status,
// balance. An answer that is not as expected ends the program with an error.

import { createHmac, randomUUID } from "node:crypto";

const env = (name) => process.env[name] ?? fail(`${name} is not set`);
const hooksUrl = env("HOOKS_URL");
const apiKey = env("API_KEY");
const secretKey = env("SECRET_KEY");
const who = { player_id: env("PLAYER_ID"), currency: env("CURRENCY"), session_id: env("SESSION_ID") };
const gameId = env("GAME_ID");

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** End the program unless both are equal. */
function expect(what, found, wanted) {
  if (found !== wanted) fail(`${what}: ${found}, and not ${wanted}`);
}

/** Cents, exact: a float cannot hold 0.10. For currencies of two decimals. */
const cents = (amount) => BigInt(amount.replace(".", ""));

/** Sign the exact bytes, send them, print the step; every step of this program must succeed. */
async function call(title, body) {
  const timestamp = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const response = await fetch(hooksUrl, {
    method: "POST",
    headers: {
      "Authorization": `Bearer ${apiKey}`,
      "X-Timestamp": timestamp,
      "X-Signature": createHmac("sha256", secretKey).update(body + timestamp).digest("hex"),
      "Content-Type": "application/json",
    },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (response.status !== 200) fail(`${title} ${response.status} ${text}`);
  // JSON.parse would make a float of the balance.
  const [, balance] = text.match(/"balance":\s*(-?\d+\.\d\d)\b/) ?? fail(`${title} ${text}`);
  console.log(title, response.status, balance);
  const replayed = response.headers.get("Idempotent-Replayed") === "true";
  return { text, replayed, balance: cents(balance) };
}

/** Return a hook's body. The amount is written as it stands: it is never a float. */
function hook(action, amount, fields) {
  const text = JSON.stringify({ action, ...who, ...fields });
  if (!amount) return text;
  return `${text.slice(0, -1)},"game_id":${JSON.stringify(gameId)},"amount":${amount}}`;
}

/** Send a transaction, twice if it is the bet; it must change the balance by `change`. */
async function play(title, action, amount, change, fields) {
  const body = hook(action, amount, { transaction_id: `${title}-${run}`, ...fields });
  const answer = await call(title, body);
  balance += cents(change);
  expect(`balance after the ${title}`, answer.balance, balance);
  if (title === "bet") {
    const again = await call("replay", body); // the same bytes, signed anew
    expect("answer to the same bet", again.text, answer.text);
    expect("Idempotent-Replayed of the first", answer.replayed, false);
    expect("Idempotent-Replayed of the second", again.replayed, true);
  }
}

const run = randomUUID();
const [first, free] = [`round-${run}-1`, `round-${run}-2`];
let { balance } = await call("balance", hook("balance"));

// The guide's round, whose bet is refunded after its win.
await play("bet", "bet", "2.50", "-2.50", { type: "bet", round_id: first, finished: false });
await play("win", "win", "10.00", "10.00", { type: "win", round_id: first, finished: true });
const takenBack = { type: "bet", bet_transaction_id: `bet-${run}`, finished: true };
await play("refund", "refund", "2.50", "2.50", takenBack);

await play("tip", "bet", "0.10", "-0.10", { type: "tip" });

// A freespin costs the player nothing.
const freespin = { type: "freespin", round_id: free };
await play("freespin", "bet", "1.00", "0.00", { ...freespin, finished: false });
await play("freespin-win", "win", "0.30", "0.30", { ...freespin, finished: true });
await play("jackpot", "win", "5.00", "5.00", { type: "jackpot", round_id: free, finished: true });
expect("balance at the end", (await call("balance", hook("balance"))).balance, balance);
