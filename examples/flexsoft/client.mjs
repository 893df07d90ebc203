// Plays Flexsoft's calls against the wallet: WALLET_URL, PUBLIC_KEY, SECRET_KEY and the two tokens.
import { createHmac } from "node:crypto";

const env = process.env;
const run = `${process.hrtime.bigint()}-${process.pid}`;

// Signs the exact bytes that are sent; returns `data`, or ends with an error.
async function call(step, path, fields, status = 200) {
  const body = JSON.stringify(fields);
  const signature = createHmac("sha256", env.SECRET_KEY).update(body, "utf8").digest("base64");
  const response = await fetch(`${env.WALLET_URL}/${path}`, {
    method: "POST",
    body,
    headers: {
      "Content-Type": "application/json",
      "X-Public-Key": env.PUBLIC_KEY,
      "X-Signature": signature,
    },
  });
  const answer = await response.json();
  if (response.status !== status) {
    console.error(`${step} ${response.status} ${answer.message}`);
    process.exit(1);
  }
  const data = answer.data ?? {};
  console.log(step, response.status, data.new_balance ?? data.balance ?? "-");
  return data;
}

const session = { session_token: env.SESSION_TOKEN };
const data = await call("auth", "auth", { ...session, user_token: env.USER_TOKEN });
const player = { ...session, user_id: data.user_id, currency: data.currency };
const money = (action, tx, amount, more = {}) => ({
  ...player,
  game: "chicken-race",
  round_id: `r${tx.at(-1)}-${run}`,
  action,
  provider_tx_id: `${tx}-${run}`,
  amount,
  ...more,
});

const bet = money("BET", "b1", 2500);
await call("bet", "withdraw", bet);
await call("replay", "withdraw", bet);
await call("conflict", "withdraw", { ...bet, amount: 2000 }, 409);
await call("win", "deposit", money("WIN", "w1", 10000, { withdraw_provider_tx_id: `b1-${run}` }));
await call("bet", "withdraw", money("BET", "b2", 1000));
const undo = money("ROLL_BACK", "x2", 0, { withdraw_provider_tx_id: `b2-${run}` });
await call("rollback", "deposit", undo);
await call("free-bet", "withdraw", money("FREE_BET", "f3", 500));
await call("free-win", "deposit", money("FREE_BET_WIN", "v3", 300));
const close = { action: "CLOSE_ROUND", provider_tx_id: `c1-${run}`, round_id: `r1-${run}` };
await call("close", "deposit", close);
await call("balance", "balance", player);
