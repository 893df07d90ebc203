<?php
// Plays WinUpGo's calls; see examples/README.md for the environment.
declare(strict_types=1);

$run = hrtime(true) . '-' . getmypid();

/** Returns the status and the decoded answer. */
function post(string $url, string $body, array $headers): array
{
    $lines = array_map(fn ($name, $value) => "$name: $value", array_keys($headers), $headers);
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'content' => $body,
        'timeout' => 30,
        'ignore_errors' => true,
        'header' => $lines,
    ]]);
    $text = file_get_contents($url, false, $context);
    $code = (int) explode(' ', $http_response_header[0])[1];
    return [$code, json_decode((string) $text, true, 16, JSON_THROW_ON_ERROR)];
}

/** Returns the headers with an HTTP Message Signature (RFC 9421). */
function signed(string $path, string $body, string $key): array
{
    $headers = [
        'X-Idempotency-Key' => $key,
        'X-Brand-Id' => getenv('BRAND_ID'),
        'X-Region' => getenv('REGION'),
        'X-Provider-Id' => getenv('PROVIDER_ID'),
        'Content-Digest' => 'sha-256=:' . base64_encode(hash('sha256', $body, true)) . ':',
    ];
    $covered = ['@method' => 'POST', '@path' => getenv('PATH_BASE') . $path];
    $covered += array_change_key_case($headers, CASE_LOWER);
    $names = '"' . implode('" "', array_keys($covered)) . '"';
    $params = "($names);created=" . time() . ';keyid="' . getenv('KEY_ID') . '";alg="hmac-sha256"';
    $base = '';
    foreach ($covered as $name => $value) {
        $base .= "\"$name\": $value\n";
    }
    $base .= "\"@signature-params\": $params";
    $mac = base64_encode(hash_hmac('sha256', $base, getenv('SECRET_KEY'), true));
    return $headers + ['Signature-Input' => "sig1=$params", 'Signature' => "sig1=:$mac:"];
}

/** Signs the exact bytes that are sent; returns the answer, or ends with an error. */
function call(string $step, string $path, string $key, array $fields, int $status = 200): array
{
    global $run, $token;
    $body = json_encode($fields, JSON_THROW_ON_ERROR);
    [$code, $answer] = post(getenv('WALLET_URL') . $path, $body, signed($path, $body, "$key-$run") + [
        'Authorization' => "Bearer $token",
        'Content-Type' => 'application/json',
        'X-Trace-Id' => "tr-$key-$run",
    ]);
    $word = $answer['status'] ?? $answer['code'] ?? '-';
    if ($code !== $status) {
        fwrite(STDERR, "$step $code $word\n");
        exit(1);
    }
    echo "$step $code $word\n";
    return $answer;
}

$form = http_build_query(['grant_type' => 'client_credentials', 'scope' => getenv('SCOPE')]);
[, $issued] = post(getenv('TOKEN_URL'), $form, [
    'Authorization' => 'Basic ' . base64_encode(getenv('CLIENT_ID') . ':' . getenv('CLIENT_SECRET')),
    'Content-Type' => 'application/x-www-form-urlencoded',
]);
$token = $issued['access_token'];

$currency = getenv('CURRENCY');
$money = fn (float $amount): array => ['amount' => $amount, 'currency' => $currency];
$player = ['player_id' => getenv('PLAYER_ID'), 'game_id' => getenv('GAME_ID'), 'currency' => $currency];
$opened = call('session', '/sessions', 's0', $player, 201);
$session = ['session_id' => $opened['session_id']];
$first = ['bet_id' => "b1-$run", 'round_id' => "r1-$run"];
$second = ['bet_id' => "b2-$run", 'round_id' => "r2-$run"];
$hold = $session + $first + ['amount' => $money(2.5)];
call('authorize', '/bets/authorize', 'a1', $hold);
call('replay', '/bets/authorize', 'a1', $hold);
call('mismatch', '/bets/authorize', 'a1', ['amount' => $money(2)] + $hold, 409);
call('settle', '/bets/settle', 's1', $first + ['win' => $money(5)]);
call('too-late', '/bets/rollback', 'r1', $first, 409);
call('authorize', '/bets/authorize', 'a2', $session + $second + ['amount' => $money(1)]);
call('rollback', '/bets/rollback', 'r2', $second);
$third = ['bet_id' => "b3-$run", 'round_id' => "r3-$run"];
call('authorize', '/bets/authorize', 'a3', $session + $third + ['amount' => $money(1)]);
call('loss', '/bets/settle', 's3', $third + ['win' => $money(0)]);
$event = ['event_type' => 'bet.settled', 'schema_version' => '1.2.0', 'event_id' => "e3-$run"];
$event += ['occurred_at' => gmdate('Y-m-d\TH:i:s\Z'), 'player_id' => getenv('PLAYER_ID')];
$event += ['tenant_id' => getenv('BRAND_ID'), 'region' => getenv('REGION')];
$event += ['payload' => ['round_id' => $third['round_id'], 'bet' => $money(1), 'win' => $money(0)]];
call('event', '/events', 'e3', $event);
