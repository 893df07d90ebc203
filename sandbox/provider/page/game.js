"use strict";

const at = (id) => document.getElementById(id);
const here = location.pathname;

function showBalance(balance) {
  if (balance !== null && balance !== undefined) at("balance").textContent = balance;
}

function showRound(round) {
  const row = document.createElement("tr");
  for (const text of [round.round_id, round.bet, round.win ?? round.error, round.balance ?? ""]) {
    row.appendChild(document.createElement("td")).textContent = text;
  }
  at("rounds").prepend(row);
}

async function spin() {
  // One round at a time: the button is free again when the wallet has answered.
  at("spin").disabled = true;
  at("message").textContent = "";
  try {
    const response = await fetch(`${here}/spin`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ stake: at("stake").value }),
    });
    const round = await response.json();
    if (round.error) at("message").textContent = `${round.error}: ${round.message ?? ""}`;
    if (round.round_id) showRound(round);
    showBalance(round.balance);
  } catch (error) {
    at("message").textContent = `The game does not answer: ${error.message}`;
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
  state.rounds.forEach(showRound);
  if (state.balance === null) {
    at("message").textContent = "The casino does not tell your balance. Open the game again.";
    return;
  }
  showBalance(state.balance);
  at("spin").addEventListener("click", spin);
  at("spin").disabled = false;
}

start().catch((error) => {
  at("message").textContent = `The game does not start: ${error.message}`;
});
