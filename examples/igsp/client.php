<?php
// A game provider's side of iGSP's wallet hooks, with the standard library of PHP 8 only.
//
// Signs requests, plays every action and the types that differ, and sends one bet twice. The
// environment holds the configuration, see ../README.md. Prints a line for each step: action, status,
// balance. An answer that is not as expected ends the program with an error.

declare(strict_types=1);

function fail(string $message): never
{
    fwrite(STDERR, "$message\n");
    exit(1);
}

function env(string $name): string
{
    $value = getenv($name);
    return $value === false ? fail("$name is not set") : $value;
}

/** End the program unless both are equal. */
function expect(string $what, mixed $found, mixed $wanted): void
{
    if ($found !== $wanted) {
        fail("$what: " . var_export($found, true) . ', and not ' . var_export($wanted, true));
    }
}

/** Cents, exact: a float cannot hold 0.10. For currencies of two decimals. */
function cents(string $amount): int
{
    return (int) str_replace('.', '', $amount);
}

/** Sign the exact bytes, send them, print the step; every step of this program must succeed. */
function call(string $title, string $body): array
{
    $timestamp = gmdate('Y-m-d\TH:i:s\Z');
    $stream = fopen(env('HOOKS_URL'), 'r', false, stream_context_create(['http' => [
        'method' => 'POST',
        'header' => [
            'Authorization: Bearer ' . env('API_KEY'),
            'X-Timestamp: ' . $timestamp,
            'X-Signature: ' . hash_hmac('sha256', $body . $timestamp, env('SECRET_KEY')),
            'Content-Type: application/json',
        ],
        'content' => $body,
        'timeout' => 30,
        'follow_location' => 0,
        'ignore_errors' => true, // a refusal has a body, too
    ]]));
    if ($stream === false) {
        fail("$title: no answer");
    }
    $headers = stream_get_meta_data($stream)['wrapper_data'];
    $text = stream_get_contents($stream);
    $status = explode(' ', $headers[0])[1];
    // json_decode would make a float of the balance.
    if ($status !== '200' || !preg_match('/"balance":\s*(-?\d+\.\d\d)\b/', $text, $found)) {
        fail("$title $status $text");
    }
    echo "$title $status $found[1]\n";
    $replayed = (bool) preg_grep('/^Idempotent-Replayed:\s*true$/i', $headers);
    return ['text' => $text, 'replayed' => $replayed, 'balance' => cents($found[1])];
}

/** Return a hook's body. The amount is written as it stands: it is never a float. */
function hook(string $action, string $amount = '', array $fields = []): string
{
    $text = json_encode([
        'action' => $action,
        'player_id' => env('PLAYER_ID'),
        'currency' => env('CURRENCY'),
        'session_id' => env('SESSION_ID'),
    ] + $fields, JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
    $game = json_encode(env('GAME_ID'), JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
    return $amount === '' ? $text : substr($text, 0, -1) . ",\"game_id\":$game,\"amount\":$amount}";
}

/** Send a transaction, twice if it is the bet; it must change the balance by `$change`. */
function play(string $title, string $action, string $amount, string $change, array $fields): void
{
    global $run, $balance;
    $body = hook($action, $amount, ['transaction_id' => "$title-$run"] + $fields);
    $answer = call($title, $body);
    $balance += cents($change);
    expect("balance after the $title", $answer['balance'], $balance);
    if ($title === 'bet') {
        $again = call('replay', $body); // the same bytes, signed anew
        expect('answer to the same bet', $again['text'], $answer['text']);
        expect('Idempotent-Replayed', [$answer['replayed'], $again['replayed']], [false, true]);
    }
}

$run = bin2hex(random_bytes(16));
[$first, $free] = ["round-$run-1", "round-$run-2"];
$balance = call('balance', hook('balance'))['balance'];

// The guide's round, whose bet is refunded after its win.
play('bet', 'bet', '2.50', '-2.50', ['type' => 'bet', 'round_id' => $first, 'finished' => false]);
play('win', 'win', '10.00', '10.00', ['type' => 'win', 'round_id' => $first, 'finished' => true]);
$takenBack = ['type' => 'bet', 'bet_transaction_id' => "bet-$run", 'finished' => true];
play('refund', 'refund', '2.50', '2.50', $takenBack);

play('tip', 'bet', '0.10', '-0.10', ['type' => 'tip']);

// A freespin costs the player nothing.
$freespin = ['type' => 'freespin', 'round_id' => $free];
play('freespin', 'bet', '1.00', '0.00', $freespin + ['finished' => false]);
play('freespin-win', 'win', '0.30', '0.30', $freespin + ['finished' => true]);
play('jackpot', 'win', '5.00', '5.00', ['type' => 'jackpot', 'round_id' => $free, 'finished' => true]);
expect('balance at the end', call('balance', hook('balance'))['balance'], $balance);
