// Plays WinUpGo's calls; see examples/README.md for the environment.
import { createHash, createHmac } from "node:crypto";

const env = process.env;
const run = `${process.hrtime.bigint()}-${process.pid}`;

// Returns the headers with an HTTP Message Signature (RFC 9421).
function signed(path, body, key) {
  const digest = createHash("sha256").update(body, "utf8").digest("base64");
  const headers = {
    "X-Idempotency-Key": key,
    "X-Brand-Id": env.BRAND_ID,
    "X-Region": env.REGION,
    "X-Provider-Id": env.PROVIDER_ID,
    "Content-Digest": `sha-256=:${digest}:`,
  };
  const covered = [["@method", "POST"], ["@path", env.PATH_BASE + path]];
  for (const [name, value] of Object.entries(headers)) covered.push([name.toLowerCase(), value]);
  const names = covered.map(([name]) => `"${name}"`).join(" ");
  const created = Math.floor(Date.now() / 1000);
  const params = `(${names});created=${created};keyid="${env.KEY_ID}";alg="hmac-sha256"`;
  const lines = covered.map(([name, value]) => `"${name}": ${value}`);
  const base = [...lines, `"@signature-params": ${params}`].join("\n");
  const mac = createHmac("sha256", env.SECRET_KEY).update(base, "utf8").digest("base64");
  return { ...headers, "Signature-Input": `sig1=${params}`, Signature: `sig1=:${mac}:` };
}

// Signs the exact bytes that are sent; returns the answer, or ends with an error.
async function call(step, path, key, fields, status = 200) {
  const body = JSON.stringify(fields);
  const response = await fetch(env.WALLET_URL + path, {
    method: "POST",
    body,
    headers: {
      ...signed(path, body, `${key}-${run}`),
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      "X-Trace-Id": `tr-${key}-${run}`,
    },
  });
  const answer = await response.json();
  const word = answer.status ?? answer.code ?? "-";
  if (response.status !== status) {
    console.error(`${step} ${response.status} ${word}`);
    process.exit(1);
  }
  console.log(step, response.status, word);
  return answer;
}

const user = Buffer.from(`${env.CLIENT_ID}:${env.CLIENT_SECRET}`).toString("base64");
const issued = await fetch(env.TOKEN_URL, {
  method: "POST",
  body: new URLSearchParams({ grant_type: "client_credentials", scope: env.SCOPE }),
  headers: { Authorization: `Basic ${user}` },
});
const token = (await issued.json()).access_token;

const money = (amount) => ({ amount, currency: env.CURRENCY });
const player = { player_id: env.PLAYER_ID, game_id: env.GAME_ID, currency: env.CURRENCY };
const { session_id } = await call("session", "/sessions", "s0", player, 201);
const first = { bet_id: `b1-${run}`, round_id: `r1-${run}` };
const second = { bet_id: `b2-${run}`, round_id: `r2-${run}` };
const hold = { session_id, ...first, amount: money(2.5) };
await call("authorize", "/bets/authorize", "a1", hold);
await call("replay", "/bets/authorize", "a1", hold);
await call("mismatch", "/bets/authorize", "a1", { ...hold, amount: money(2) }, 409);
await call("settle", "/bets/settle", "s1", { ...first, win: money(5) });
await call("too-late", "/bets/rollback", "r1", first, 409);
await call("authorize", "/bets/authorize", "a2", { session_id, ...second, amount: money(1) });
await call("rollback", "/bets/rollback", "r2", second);
const third = { bet_id: `b3-${run}`, round_id: `r3-${run}` };
await call("authorize", "/bets/authorize", "a3", { session_id, ...third, amount: money(1) });
await call("loss", "/bets/settle", "s3", { ...third, win: money(0) });
const event = {
  event_type: "bet.settled", schema_version: "1.2.0", event_id: `e3-${run}`,
  occurred_at: new Date().toISOString(), tenant_id: env.BRAND_ID, region: env.REGION,
  player_id: env.PLAYER_ID, payload: { round_id: third.round_id, bet: money(1), win: money(0) },
};
await call("event", "/events", "e3", event);
