// Sends a callback as iGV does: once, the same again, and one with a wrong signature.
import { createHmac } from "node:crypto";

const env = process.env;

async function post(requestId, secret) {
  // Timestamp + request id + secret, keyed by the secret; the body is not signed.
  const moment = String(Date.now());
  const signature = createHmac("sha256", secret).update(moment + requestId + secret).digest("hex");
  // An orderId may exceed 2^53: it is written as text into the JSON, never through a Number.
  const body =
    `{"createdAt":"2025-12-22T09:34:59","orderId":${BigInt(env.ORDER_ID)},` +
    `"orderNum":${JSON.stringify(env.ORDER_NUM)},"sellerOrderStatus":1,` +
    `"buyerId":${JSON.stringify(env.BUYER_ID)}}`;
  const answer = await fetch(env.WALLET_URL, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Request-Id": requestId,
      "X-Timestamp": moment,
      "X-Signature": signature,
    },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

const requestId = String(process.hrtime.bigint());
const secret = env.SECRET_KEY;
const wrong = [...secret].reverse().join("");
const answers = [
  ["callback", await post(requestId, secret), 200],
  ["copy", await post(requestId, secret), 200],
  ["wrong key", await post(`${requestId}-2`, wrong), 401],
];
for (const [step, status] of answers) console.log(step, status);
process.exit(answers.some(([, status, wanted]) => status !== wanted) ? 1 : 0);
