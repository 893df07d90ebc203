"use strict";

const at = (id) => document.getElementById(id);
const here = location.pathname;

// What a player reads for the wallet's codes, and what stands instead of the win.
const REFUSED = "refused";
const WORDS = {
  insufficient_funds: "You have not enough money for this stake.",
  player_blocked: "You cannot play at the moment.",
  session_closed: "This session is over. Open the game again.",
  session_expired: "This session is over. Open the game again.",
  session_not_found: "This session is over. Open the game again.",
  bets_disabled: "The casino takes no bets at the moment.",
  unsupported_currency: "This game is not played in your currency.",
  bet_unanswered: "The casino did not answer. Your stake is given back.",
  refund_unanswered: "The casino did not answer. If your stake was taken, it is given back.",
  win_unanswered: "You will get your win as soon as the casino answers.",
};
const CELLS = {
  bet_unanswered: "given back",
  refund_unanswered: "in doubt",
  win_unanswered: "on its way",
};

function inWords(code) {
  return WORDS[code] ?? "The casino refused the round.";
}

// The kind of a round stands before its id, and nobody reads 32 digits.
function shortened(roundId) {
  return roundId.replace(/^[a-z]+-/, "").slice(0, 8);
}

function showResult(round) {
  const won = Number(round.win) > 0 ? `You won ${round.win}` : "No win this time";
  const said = round.said ?? `${won}, for a stake of ${round.bet}.`;
  at("result").textContent = round.error ? "" : said;
  at("message").textContent = round.error ? inWords(round.error) : "";
}

function showBalance(balance) {
  if (balance !== null && balance !== undefined) at("balance").textContent = balance;
}

function showRound(round) {
  const row = document.createElement("tr");
  const win = round.error ? CELLS[round.error] ?? REFUSED : round.cell ?? round.win;
  for (const text of [shortened(round.round_id), round.bet, win, round.balance ?? ""]) {
    row.appendChild(document.createElement("td")).textContent = text;
  }
  row.firstChild.title = round.round_id;
  at("rounds").prepend(row);
  showCalls(round.calls);
}

// What was sent and what came back, as it was: the newest first.
function showCalls(calls = []) {
  for (const { call, headers = {}, body = "", status = "", answer } of calls) {
    const signed = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`).join("");
    const item = document.createElement("li");
    item.appendChild(document.createElement("pre")).textContent =
      `${call}\n${signed}\n${body}\n\n${status} ${answer}`;
    at("calls").prepend(item);
    at("wire").hidden = false;
  }
}

// The ways to play a round; a game with one way alone has nothing to choose.
function showWays(ways = []) {
  const chosen = at("way").value;
  at("way").replaceChildren(...ways.map(({ id, name }) => new Option(name, id)));
  if (ways.some(({ id }) => id === chosen)) at("way").value = chosen;
  at("ways").hidden = ways.length < 2;
}

async function spin() {
  // One round at a time: the button is free again when the wallet has answered.
  at("spin").disabled = true;
  at("message").textContent = at("result").textContent = "";
  try {
    const response = await fetch(`${here}/spin`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ stake: at("stake").value, way: at("way").value }),
    });
    const round = await response.json();
    showResult(round);
    if (round.round_id) showRound(round);
    if (round.ways) showWays(round.ways);
    showBalance(round.balance);
  } catch {
    at("message").textContent = "The game does not answer. Try again.";
  } finally {
    at("spin").disabled = false;
  }
}

async function start() {
  const response = await fetch(`${here}/state`);
  const state = await response.json();
  document.title = state.game;
  at("game").textContent = state.game;
  at("player").textContent = state.player;
  at("mode").hidden = !state.is_demo;
  at("currency").textContent = state.currency;
  if (state.return_url) {
    at("lobby").href = state.return_url;
    at("lobby").hidden = false;
  }
  for (const stake of state.stakes) at("stake").add(new Option(stake, stake));
  showWays(state.ways);
  showCalls(state.calls);
  state.rounds.forEach(showRound);
  if (state.balance === null) {
    at("message").textContent = "The casino does not tell your balance. Open the game again.";
    return;
  }
  showBalance(state.balance);
  at("spin").addEventListener("click", spin);
  at("spin").disabled = false;
}

start().catch(() => {
  at("message").textContent = "The game does not start. Open it again.";
});
