<?php
// Plays Flexsoft's calls against the wallet: WALLET_URL, PUBLIC_KEY, SECRET_KEY and the two tokens.
declare(strict_types=1);

$run = hrtime(true) . '-' . getmypid();

/** Signs the exact bytes that are sent; returns `data`, or ends with an error. */
function call(string $step, string $path, array $fields, int $status = 200): array
{
    $body = json_encode($fields, JSON_THROW_ON_ERROR);
    $signature = base64_encode(hash_hmac('sha256', $body, getenv('SECRET_KEY'), true));
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'content' => $body,
        'timeout' => 30,
        'ignore_errors' => true,
        'header' => [
            'Content-Type: application/json',
            'X-Public-Key: ' . getenv('PUBLIC_KEY'),
            'X-Signature: ' . $signature,
        ],
    ]]);
    $text = file_get_contents(getenv('WALLET_URL') . '/' . $path, false, $context);
    $code = (int) explode(' ', $http_response_header[0])[1];
    $answer = json_decode((string) $text, true, 16, JSON_THROW_ON_ERROR);
    if ($code !== $status) {
        fwrite(STDERR, "$step $code {$answer['message']}\n");
        exit(1);
    }
    $data = $answer['data'] ?? [];
    echo $step, ' ', $code, ' ', $data['new_balance'] ?? $data['balance'] ?? '-', "\n";
    return $data;
}

$session = ['session_token' => getenv('SESSION_TOKEN')];
$data = call('auth', 'auth', $session + ['user_token' => getenv('USER_TOKEN')]);
$player = $session + ['user_id' => $data['user_id'], 'currency' => $data['currency']];
$money = fn (string $action, string $tx, int $amount, array $more = []): array => $player + [
    'game' => 'chicken-race',
    'round_id' => 'r' . substr($tx, -1) . "-$run",
    'action' => $action,
    'provider_tx_id' => "$tx-$run",
    'amount' => $amount,
] + $more;

$bet = $money('BET', 'b1', 2500);
call('bet', 'withdraw', $bet);
call('replay', 'withdraw', $bet);
call('conflict', 'withdraw', ['amount' => 2000] + $bet, 409);
call('win', 'deposit', $money('WIN', 'w1', 10000, ['withdraw_provider_tx_id' => "b1-$run"]));
call('bet', 'withdraw', $money('BET', 'b2', 1000));
call('rollback', 'deposit', $money('ROLL_BACK', 'x2', 0, ['withdraw_provider_tx_id' => "b2-$run"]));
call('free-bet', 'withdraw', $money('FREE_BET', 'f3', 500));
call('free-win', 'deposit', $money('FREE_BET_WIN', 'v3', 300));
call('close', 'deposit', [
    'action' => 'CLOSE_ROUND', 'provider_tx_id' => "c1-$run", 'round_id' => "r1-$run",
]);
call('balance', 'balance', $player);
