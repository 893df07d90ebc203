<?php
// A game provider's side of iGSP's wallet hooks, with the standard library of PHP 8 only.
//
// Signs requests, plays two rounds, and sends one bet twice. The environment holds the configuration,
// see ../README.md. Prints a line for each step: action, status, balance. An answer that is not as
// expected ends the program with an error.

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

$run = bin2hex(random_bytes(16));
$first = ['transaction_id' => "bet-$run-1", 'type' => 'bet', 'round_id' => "round-$run-1"];
$won = ['transaction_id' => "win-$run-1", 'type' => 'win', 'round_id' => "round-$run-1"];
$second = ['transaction_id' => "bet-$run-2", 'type' => 'bet', 'round_id' => "round-$run-2"];
$takenBack = ['transaction_id' => "refund-$run-2", 'type' => 'bet', 'bet_transaction_id' => "bet-$run-2"];
$before = call('balance', hook('balance'))['balance'];

// A round that is won.
$bet = hook('bet', '0.10', $first + ['finished' => false]);
$made = call('bet', $bet);
expect('balance after the bet', $made['balance'], $before - cents('0.10'));

// The same bytes, signed anew: the same answer, and no money moves.
$again = call('replay', $bet);
expect('answer to the same bet', $again['text'], $made['text']);
expect('Idempotent-Replayed', [$made['replayed'], $again['replayed']], [false, true]);

$win = hook('win', '0.30', $won + ['finished' => true]);
$after = $before + cents('0.20');
expect('balance after the win', call('win', $win)['balance'], $after);

// A round that is taken back.
$bet = hook('bet', '2.50', $second + ['finished' => false]);
expect('balance after the bet', call('bet', $bet)['balance'], $after - cents('2.50'));

$refund = hook('refund', '2.50', $takenBack + ['finished' => true]);
expect('balance after the refund', call('refund', $refund)['balance'], $after);
expect('balance at the end', call('balance', hook('balance'))['balance'], $after);
