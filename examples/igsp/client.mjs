// A game provider's side of iGSP's wallet hooks, with the standard library of Node 18 or newer only.
//
// Signs requests, plays two rounds, and sends one bet twice. The environment holds the configuration,
// see ../README.md. Prints a line for each step: action, status, balance. An answer that is not as
// expected ends the program with an error.

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

const run = randomUUID();
const first = { transaction_id: `bet-${run}-1`, type: "bet", round_id: `round-${run}-1` };
const won = { transaction_id: `win-${run}-1`, type: "win", round_id: `round-${run}-1` };
const second = { transaction_id: `bet-${run}-2`, type: "bet", round_id: `round-${run}-2` };
const takenBack = { transaction_id: `refund-${run}-2`, type: "bet", bet_transaction_id: `bet-${run}-2` };
const before = (await call("balance", hook("balance"))).balance;

// A round that is won.
let bet = hook("bet", "0.10", { ...first, finished: false });
const made = await call("bet", bet);
expect("balance after the bet", made.balance, before - cents("0.10"));

// The same bytes, signed anew: the same answer, and no money moves.
const again = await call("replay", bet);
expect("answer to the same bet", again.text, made.text);
expect("Idempotent-Replayed of the first", made.replayed, false);
expect("Idempotent-Replayed of the second", again.replayed, true);

const win = hook("win", "0.30", { ...won, finished: true });
const after = before + cents("0.20");
expect("balance after the win", (await call("win", win)).balance, after);

// A round that is taken back.
bet = hook("bet", "2.50", { ...second, finished: false });
expect("balance after the bet", (await call("bet", bet)).balance, after - cents("2.50"));

const refund = hook("refund", "2.50", { ...takenBack, finished: true });
expect("balance after the refund", (await call("refund", refund)).balance, after);
expect("balance at the end", (await call("balance", hook("balance"))).balance, after);
