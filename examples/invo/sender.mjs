// Sends a purchase as Invo does, twice: WALLET_URL, GAME_ID, SIGNING_SECRET, IDENTITY_ID, CURRENCY.
import { createHmac } from "node:crypto";

const env = process.env;
const run = `${process.hrtime.bigint()}-js`;

// Signs the exact bytes that are sent; ends with an error at another status.
async function send(step, event, secret, status = 200) {
  const body = JSON.stringify(event);
  const moment = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", secret).update(`${moment}.${body}`, "utf8").digest("hex");
  const response = await fetch(env.WALLET_URL, {
    method: "POST",
    body,
    headers: {
      "Content-Type": "application/json",
      "X-Invo-Signature": `t=${moment},v1=${mac}`,
      "X-Invo-Idempotency-Key": event.idempotency_key,
    },
  });
  const answer = await response.json();
  if (response.status !== status) {
    console.error(`${step} ${response.status} ${JSON.stringify(answer)}`);
    process.exit(1);
  }
  console.log(step, response.status, answer.status ?? answer.error);
}

const purchase = {
  event_id: `evt-${run}`,
  idempotency_key: `key-${run}`,
  event_type: "purchase.completed",
  schema_version: "1",
  created_at: new Date().toISOString(),
  tenant_id: env.GAME_ID,
  data: {
    order_id: `ord-${run}`,
    transaction_id: `txn-${run}`,
    identity_id: env.IDENTITY_ID,
    currency_amount: "2.50",
    currency_name: env.CURRENCY,
    metadata: {},
  },
};
await send("purchase", purchase, env.SIGNING_SECRET);
await send("again", purchase, env.SIGNING_SECRET);
await send("forged", purchase, "another-secret", 401);
