<?php
// A casino's cashier as it calls the wallet's own API, with PHP's standard library only.
//
// Signs requests with AWS Signature Version 4; with an AWS SDK at hand use its signer. The environment
// holds the configuration, see ../README.md. Prints a line for each step: step, status, what it is
// about. An answer that is not as expected ends the program with an error.

declare(strict_types=1);

/** The headers of Signature Version 4 for the service execute-api. */
function signed(string $method, string $url, string $body): array
{
    $parts = parse_url($url);
    $stamp = gmdate('Ymd\THis\Z');
    $host = $parts['host'] . (isset($parts['port']) ? ":{$parts['port']}" : '');
    $headers = ['host' => $host, 'x-amz-date' => $stamp];
    // Only temporary credentials have a token, as those of a role.
    if (getenv('AWS_SESSION_TOKEN')) {
        $headers['x-amz-security-token'] = getenv('AWS_SESSION_TOKEN');
    }
    ksort($headers);
    $names = implode(';', array_keys($headers));
    parse_str($parts['query'] ?? '', $query);
    ksort($query);
    $path = implode('/', array_map('rawurlencode', explode('/', $parts['path'])));
    $asked = "$method\n$path\n" . http_build_query($query, '', '&', PHP_QUERY_RFC3986) . "\n";
    foreach ($headers as $name => $value) {
        $asked .= "$name:$value\n";
    }
    $asked .= "\n$names\n" . hash('sha256', $body);
    $scope = substr($stamp, 0, 8) . '/' . getenv('AWS_REGION') . '/execute-api/aws4_request';
    $key = 'AWS4' . getenv('AWS_SECRET_ACCESS_KEY');
    foreach (explode('/', $scope) as $part) {
        $key = hash_hmac('sha256', $part, $key, true);
    }
    $text = "AWS4-HMAC-SHA256\n$stamp\n$scope\n" . hash('sha256', $asked);
    $credential = getenv('AWS_ACCESS_KEY_ID') . "/$scope";
    $headers['Authorization'] = "AWS4-HMAC-SHA256 Credential=$credential, SignedHeaders=$names, Signature="
        . hash_hmac('sha256', $text, $key);
    return $headers;
}

/** A change carries a key of its own, so that it can be sent again. */
function ask(string $method, string $path, string $body = '', string $key = ''): array
{
    $url = getenv('API_URL') . $path;
    $headers = signed($method, $url, $body) + ['Content-Type' => 'application/json'];
    if ($key !== '') {
        $headers['Idempotency-Key'] = $key;
    }
    $lines = array_map(fn ($name, $value) => "$name: $value", array_keys($headers), $headers);
    $http = ['method' => $method, 'header' => $lines, 'content' => $body, 'ignore_errors' => true, 'timeout' => 30];
    $text = file_get_contents($url, false, stream_context_create(['http' => $http]));
    preg_match('/ (\d{3})/', $http_response_header[0], $status);
    $replayed = preg_grep('/^Idempotent-Replayed: *true$/i', $http_response_header) !== [];
    return ['status' => (int) $status[1], 'text' => $text, 'replayed' => $replayed];
}

function fail(string $text): never
{
    fwrite(STDERR, "$text\n");
    exit(1);
}

/** The decimal text of an amount, or any other field: a float cannot hold 0.10. */
function field(array $answer, string $name): string
{
    return preg_match("/\"$name\":\"?([^\",}]*)/", $answer['text'], $found) ? $found[1] : '-';
}

function step(string $title, array $answer, int $status, string $name = ''): array
{
    if ($answer['status'] !== $status) {
        fail("$title {$answer['status']} {$answer['text']}");
    }
    echo "$title {$answer['status']} ", $name === '' ? '-' : field($answer, $name), "\n";
    return $answer;
}

[$player, $currency] = [getenv('PLAYER_ID'), getenv('CURRENCY')];
$wallet = "/players/$player/wallets/$currency";
$why = '"reason":"an example"';
$run = bin2hex(random_bytes(16));
step('add', ask('POST', '/players', "{\"player_id\":\"$player\",\"currencies\":[\"$currency\"],$why}", "add-$run"), 201);

// The body is built once as text: an amount never becomes a float.
$deposit = "{\"amount\":50.00,$why}";
$paid = step('deposit', ask('POST', "$wallet/deposits", $deposit, "pay-$run"), 200, 'spendable');
$again = step('replay', ask('POST', "$wallet/deposits", $deposit, "pay-$run"), 200, 'spendable');
if (!$again['replayed'] || $again['text'] !== $paid['text']) {
    fail('the copy was not answered as the first request');
}
step('mismatch', ask('POST', "$wallet/deposits", "{\"amount\":500.00,$why}", "pay-$run"), 409, 'error');

step('withdraw', ask('POST', "$wallet/withdrawals", "{\"amount\":12.50,$why}", "out-$run"), 200, 'spendable');
$held = step('reserve', ask('POST', "$wallet/reservations", "{\"amount\":5.00,$why}", "hold-$run"), 201, 'amount');
$wallets = step('wallets', ask('GET', "/players/$player/wallets"), 200);
echo 'spendable ', field($wallets, 'spendable'), "\n";
$freed = "$wallet/reservations/" . field($held, 'reservation_id') . '/release';
step('release', ask('POST', $freed, "{{$why}}", "free-$run"), 200);

// Page by page, the newest first; `complete` is false while the newest is not there yet.
for ($cursor = '', $kinds = []; $cursor !== null;) {
    $page = ask('GET', "$wallet/history?limit=1" . ($cursor === '' ? '' : "&cursor=$cursor"));
    if ($page['status'] !== 200) {
        fail("history {$page['status']} {$page['text']}");
    }
    $told = json_decode($page['text'], true);
    if (!$told['complete']) {
        usleep(200_000);
        continue;
    }
    array_push($kinds, ...array_column($told['entries'], 'kind'));
    $cursor = $told['next_cursor'];
}
echo 'history 200 ', implode(' ', $kinds), "\n";
step('transaction', ask('GET', "/transactions/pay-$run?integration=platform"), 200, 'balance_after');
